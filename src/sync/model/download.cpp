#include "sync/model/download.h"

#include "base/files.h"
#include "sync/git/large_files.h"
#include "sync/report/failure.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace content {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* prefix = "..tmp-";
constexpr const char* about_file = "about";
constexpr const char* files_folder = "files";
constexpr const char* store_folder = "content";
constexpr std::size_t longest_listing = 256U << 20U;
/// A download shows itself every few seconds. Much longer is what only a dead one does, or a node
/// that was cut off.
constexpr auto silent_when_dead = 10min;

/// Who downloads what: the pod's name, and the source.
std::string about(const std::string& source) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + "\n" + source + "\n";
}

/// rclone gives a file its source's time when it has written all of it.
bool is_whole(const Path& path, const SourceFile& file) {
  struct stat status {};
  return file.bytes >= 0 && lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         status.st_size == file.bytes &&
         status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec ==
             nanoseconds(file.modified);
}

/// Whether a published file is as it was made, as far as its size and time tell: not every volume
/// keeps all of a time.
bool is_untouched(const Path& path, const SourceFile& file) {
  const auto modified = nanoseconds(file.modified) / 1'000'000'000LL;
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return false;
  const bool has_size = file.bytes < 0 || status.st_size == file.bytes;
  return has_size && (modified == 0 || std::abs(status.st_mtim.tv_sec - modified) <= 2);
}

/// Locks of one host are to be trusted, others not on every volume.
bool is_of_this_host(const std::string& its_about, const std::string& our_about) {
  const auto host = [](const std::string& text) { return text.substr(0, text.find('\n')); };
  return host(its_about) == host(our_about);
}

bool is_silent(const Path& folder, fs::file_time_type now) {
  std::error_code error;
  return now - fs::last_write_time(folder, error) > silent_when_dead && !error;
}

}  // namespace

KnownFiles read_known_files(const std::string& text) {
  KnownFiles files;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(' ');
    const auto second = line.find(' ', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    files[line.substr(second + 1)] = {line.substr(0, first),
                                      line.substr(first + 1, second - first - 1)};
  }
  return files;
}

std::string text_of(const KnownFiles& files) {
  std::string text;
  for (const auto& [path, file] : files)
    text += file.identity + " " + file.sha256 + " " + path + "\n";
  return text;
}

Download::Download(const Layout& layout, const std::string& source, const Listing& listing)
    : work_(layout.path(), prefix),
      files_(work_.path() / files_folder),
      parts_(work_.path() / parts_folder),
      about_(about(source)),
      has_files_(listing.has_files) {
  work_.keep(true);
  fs::create_directory(files_);
  fs::create_directory(parts_);
  std::ofstream(work_.path() / about_file) << about_;
  if (!has_files_) {
    find_published(layout.current_revision());
  } else if (json::string_at(layout.current(), {"source"}) == source) {
    take_published(layout.current_revision(), listing);
  }
  take_interrupted(layout.path(), listing);
  count_missing(listing);
  require_space();
}

bool Download::link_file(const Path& from, const SourceFile& file) const {
  const auto to = files_ / file.path;
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  fs::create_hard_link(from, to, error);
  return !error;
}

Path Download::large_file_store() const {
  return work_.path() / store_folder;
}

Path Download::published_content(const std::string& sha256) const {
  const auto found = published_.find(sha256);
  return found == published_.end() ? Path() : found->second;
}

/// Content is the same whatever source it is from.
void Download::find_published(const Path& revision) {
  before_ = revision;
  const auto known =
      read_known_files(base::read_if_there(revision / listing_file, longest_listing));
  for (const auto& [path, file] : known)
    published_.emplace(file.sha256, revision / path);
}

void Download::take_published(const Path& revision, const Listing& listing) {
  const auto published =
      read_known_files(base::read_if_there(revision / listing_file, longest_listing));
  for (const auto& file : listing.files) {
    const auto found = published.find(file.path);
    if (found == published.end() || found->second.identity != file.identity) continue;
    if (!is_untouched(revision / file.path, file)) continue;
    if (link_file(revision / file.path, file)) known_.insert(*found);
  }
}

void Download::take_interrupted(const Path& target, const Listing& listing) {
  const auto now = fs::last_write_time(work_.path());
  for (const auto& entry : fs::directory_iterator(target)) {
    const auto& folder = entry.path();
    if (folder == work_.path() || folder.filename().string().rfind(prefix, 0) != 0) continue;
    const auto its_about = base::read_if_there(folder / about_file, 64U << 10U);
    if (its_about.empty()) continue;
    const bool is_dead_here = is_unlocked(folder) && is_of_this_host(its_about, about_);
    const bool is_dead = is_dead_here || (is_unlocked(folder) && is_silent(folder, now));
    if (its_about.substr(its_about.find('\n')) == about_.substr(about_.find('\n'))) {
      for (const auto& file : listing.files)
        if (is_whole(folder / files_folder / file.path, file))
          link_file(folder / files_folder / file.path, file);
      take_parts(folder / parts_folder, is_dead_here, is_dead, listing);
    }
    if (!has_files_)
      LargeFileStore(work_.path() / store_folder).take_over(folder / store_folder, is_dead_here);
    std::error_code ignored;
    if (is_dead) fs::remove_all(folder, ignored);
  }
}

void Download::take_parts(const Path& folder, bool is_dead_here, bool is_dead,
                          const Listing& listing) {
  const auto parts = partial_files(folder);
  if (parts.empty()) return;
  for (const auto& file : listing.files) {
    if (fs::exists(fs::symlink_status(files_ / file.path))) continue;
    const auto version = version_line(file);
    for (const auto& [part, its_version] : parts)
      if (its_version == version) take_part(part, is_dead_here, is_dead, file);
  }
}

void Download::take_part(const Path& from, bool is_dead_here, bool is_dead,
                         const SourceFile& file) {
  const auto to = PartialFile::path_in(parts_, file);
  try {
    if (fs::exists(to)) {
      PartialFile(parts_, file).copy(from, is_dead, [&] { touch(); });
    } else if (noted_ranges(from, file).bytes() == file.bytes) {
      link_partial(from, to);
    } else if (is_dead_here && is_free(from)) {
      move_partial(from, to);
    } else {
      PartialFile(parts_, file).copy(from, is_dead, [&] { touch(); });
    }
  } catch (const fs::filesystem_error&) {  // its owner has just moved it
  }
}

void Download::count_missing(const Listing& listing) {
  for (const auto& file : listing.files) {
    if (fs::exists(fs::symlink_status(files_ / file.path))) continue;
    ++missing_files_;
    missing_bytes_ += std::max<std::int64_t>(file.bytes, 0) -
                      noted_ranges(PartialFile::path_in(parts_, file), file).bytes();
  }
}

void Download::require_space() {
  try {
    content::require_space(files_, "the model", {missing_bytes_, missing_files_});
  } catch (const Failure&) {
    discard();
    throw;
  }
}

void Download::touch() const {
  std::error_code ignored;
  fs::last_write_time(work_.path(), fs::file_time_type::clock::now(), ignored);
}

}  // namespace content
