#include "sync/git/large_files.h"

#include "sync/volume/features.h"
#include "sync/volume/hasher.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <map>
#include <unistd.h>

namespace content {
namespace {

namespace fs = std::filesystem;

constexpr const char* whole = "objects";
constexpr const char* begun = "incomplete";
constexpr const char* temporary = "tmp";
constexpr std::size_t digits = 64;
constexpr std::int64_t most_bytes = std::int64_t{1} << 60;  // of one file, or of all

Path relative_path(const std::string& sha256) {
  return Path(sha256.substr(0, 2)) / sha256.substr(2, 2) / sha256;
}

bool is_sha256(std::string_view text) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// What follows `prefix` in the first line of `text`, from which that line is removed; nothing when
/// it does not begin so.
std::optional<std::string_view> parse_line(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return {};
  const auto end = std::min(text.find('\n'), text.size());
  const auto rest = text.substr(prefix.size(), end - prefix.size());
  text.remove_prefix(std::min(end + 1, text.size()));
  return rest;
}

bool is_file_of(const Path& path, std::int64_t bytes) {
  std::error_code error;
  return fs::is_regular_file(fs::symlink_status(path, error)) &&
         fs::file_size(path, error) == static_cast<std::uintmax_t>(bytes) && !error;
}

/// The regular ones below a folder; none when there is no folder.
std::vector<Path> files_below(const Path& folder) {
  std::vector<Path> result;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file(error) && !entry->is_symlink(error)) result.push_back(entry->path());
  }
  return result;
}

/// Not every volume has links.
void link_or_move(const Path& from, const Path& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (error) fs::rename(from, to);
}

bool is_program(const Path& file) {
  return (fs::status(file).permissions() & fs::perms::owner_exec) != fs::perms();
}

/// Writes content over a pointer, whose permissions stay. copy_file_range(2) shares the blocks
/// where the file system can.
void copy_over(const Path& from, const Path& to) {
  const OpenFile source(open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (source.fd() < 0) volume_trouble(from);
  const OpenFile target(open(to.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC));
  if (target.fd() < 0) volume_trouble(to);
  const auto bytes = static_cast<std::int64_t>(fs::file_size(from));
  if (!copy_bytes(source.fd(), target.fd(), 0, bytes)) volume_trouble(to);
}

}  // namespace

std::optional<LargeFile> read_pointer(std::string_view text) {
  LargeFile file;
  if (!parse_line(text, "version https://git-lfs.github.com/spec/v1")) return {};
  const auto sha256 = parse_line(text, "oid sha256:");
  const auto bytes = parse_line(text, "size ");
  if (!sha256 || !is_sha256(*sha256) || !bytes || !text.empty()) return {};
  const auto* const end = bytes->data() + bytes->size();
  const auto [last, error] = std::from_chars(bytes->data(), end, file.bytes);
  if (error != std::errc() || last != end || file.bytes < 0 || file.bytes > most_bytes) return {};
  file.sha256 = *sha256;
  return file;
}

std::int64_t total_bytes(const std::vector<LargeFile>& files) {
  std::int64_t sum = 0;
  for (const auto& file : files)
    sum = std::min(sum + file.bytes, most_bytes);
  return sum;
}

Path LargeFileStore::object(const std::string& sha256) const {
  return folder_ / whole / relative_path(sha256);
}

Path LargeFileStore::part(const std::string& sha256) const {
  return folder_ / begun / (sha256 + ".part");
}

bool LargeFileStore::has(const LargeFile& file) const {
  return file.bytes == 0 || is_file_of(object(file.sha256), file.bytes);
}

void LargeFileStore::link_found(const LargeFile& file) const {
  const auto found = find_ ? find_(file.sha256) : Path();
  if (found.empty() || !is_file_of(found, file.bytes)) return;
  const auto to = object(file.sha256);
  fs::remove(to);
  fs::create_directories(to.parent_path());
  link_or_copy(found, to);
}

/// git-lfs downloads to NAME and a random number, and goes on with NAME.part
/// (tq/basic_download.go). It renames the one to the other when a transfer fails, but not when it
/// is killed. It compares the SHA-256 at the end.
void LargeFileStore::resume() const {
  for (const auto& file : files_below(folder_ / begun)) {
    const auto name = file.filename().string();
    if (name.ends_with(".part")) continue;
    const auto to = part(name.substr(0, digits));
    const bool is_more = !fs::exists(to) || fs::file_size(to) < fs::file_size(file);
    if (is_more && is_sha256(name.substr(0, digits))) {
      fs::rename(file, to);
    } else {
      fs::remove(file);
    }
  }
}

std::vector<LargeFile> LargeFileStore::prepare(const std::vector<LargeFile>& files) const {
  own_folder(folder_.parent_path(), folder_.filename());
  resume();
  std::map<std::string, LargeFile> missing;
  for (const auto& file : files)
    if (file.bytes > 0) missing.emplace(file.sha256, file);
  for (const auto& [sha256, file] : missing)
    link_found(file);
  Hasher hasher(folder_ / whole);
  for (const auto& [sha256, file] : missing)
    if (has(file)) hasher.add(relative_path(sha256).string(), false);
  for (const auto& [path, hashes] : hasher.finish()) {
    const auto sha256 = Path(path).filename().string();
    if (hashes.sha256 == sha256) {
      missing.erase(sha256);
    } else {
      fs::remove(object(sha256));
    }
  }
  std::vector<LargeFile> result;
  for (auto& [sha256, file] : missing)
    result.push_back(std::move(file));
  return result;
}

std::int64_t LargeFileStore::bytes_to_come(const std::vector<LargeFile>& missing) const {
  auto left = missing;
  for (auto& file : left) {
    std::error_code none;
    const auto there = fs::file_size(part(file.sha256), none);
    if (!none) file.bytes -= std::min(file.bytes, static_cast<std::int64_t>(there));
  }
  return total_bytes(left);
}

void LargeFileStore::place(const std::vector<LargeFile>& files, const Path& tree,
                           Placing placing) const {
  std::map<std::string, Path> placed;
  for (const auto& file : files) {
    const auto to = tree / file.path;
    const auto content = has(file) ? object(file.sha256) : placed[file.sha256];
    if (file.bytes == 0) fs::resize_file(to, 0);
    if (file.bytes == 0 || content.empty()) continue;
    // A program has other permissions than the object, so it cannot be the same file.
    if (placing == Placing::Copy || is_program(to) != is_program(content)) {
      copy_over(content, to);
    } else {
      fs::remove(to);
      if (placing == Placing::Move && has(file)) {
        link_or_move(content, to);
      } else {
        link_or_copy(content, to);
      }
    }
    placed[file.sha256] = to;
  }
}

void LargeFileStore::keep_only(const std::set<std::string>& sha256s, Removal& removal,
                               const std::stop_token& stop) const {
  for (const auto* part : {whole, begun, temporary}) {
    for (const auto& file : files_below(folder_ / part)) {
      if (stop.stop_requested()) throw Stopped();
      if (part != temporary && sha256s.contains(file.filename().string().substr(0, digits)))
        continue;
      remove_file(file, removal);
      std::error_code is_not_empty;
      for (auto parent = file.parent_path(); parent != folder_ / part && !is_not_empty;
           parent = parent.parent_path()) {
        fs::remove(parent, is_not_empty);
      }
    }
  }
}

/// Where a file of another store belongs in this one.
Path LargeFileStore::place_for(const Path& file, const Path& other) const {
  const auto to = folder_ / file.lexically_relative(other);
  fs::create_directories(to.parent_path());
  return to;
}

void LargeFileStore::copy_from(const Path& other) const {
  // What is gone, its owner has moved to its place.
  for (const auto& file : files_below(other / whole))
    link_or_copy(file, place_for(file, other));
  for (const auto& file : files_below(other / begun))
    copy_regular_file(file, place_for(file, other));
}

void LargeFileStore::move_from(const Path& other) const {
  std::error_code gone;  // another helper has moved it
  for (const auto& file : files_below(other / whole)) {
    fs::create_hard_link(file, place_for(file, other), gone);
    if (gone) fs::rename(file, place_for(file, other), gone);  // not every volume has links
  }
  for (const auto& file : files_below(other / begun))
    fs::rename(file, place_for(file, other), gone);
}

}  // namespace content
