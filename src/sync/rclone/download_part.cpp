#include "sync/rclone/download_part.h"

#include "base/hash.h"
#include "sync/report/failure.h"
#include "sync/volume/features.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace content {
namespace {

namespace fs = std::filesystem;

constexpr const char* notes_suffix = ".ranges";
constexpr std::size_t longest_notes = 1U << 20U;
/// Short enough that whoever watches the download sees it go on.
constexpr std::int64_t copied_at_once = 64 << 20;

Path notes_of(const Path& partial) {
  return partial.string() + notes_suffix;
}

std::string read_notes(const Path& partial) {
  return read_regular_file(notes_of(partial), longest_notes);
}

/// A reader sees the old notes or the new ones.
void write_notes(const Path& partial, const SourceFile& file, const ByteRanges& there) {
  const Path beside = notes_of(partial).string() + ".new";
  auto notes = version_line(file) + "\n";
  for (const auto& range : there.within({0, file.bytes}))
    notes += std::to_string(range.begin) + " " + std::to_string(range.end) + "\n";
  write_file(beside, notes);
  if (std::rename(beside.c_str(), notes_of(partial).c_str()) != 0) volume_trouble(beside);
}

}  // namespace

void ByteRanges::add(ByteRange range) {
  if (range.begin >= range.end) return;
  auto next = ends_.upper_bound(range.begin);
  if (next != ends_.begin() && std::prev(next)->second >= range.begin) --next;
  while (next != ends_.end() && next->first <= range.end) {
    range = {std::min(range.begin, next->first), std::max(range.end, next->second)};
    next = ends_.erase(next);
  }
  ends_[range.begin] = range.end;
}

void ByteRanges::cut(std::int64_t begin) {
  ends_.erase(ends_.lower_bound(begin), ends_.end());
  if (!ends_.empty()) ends_.rbegin()->second = std::min(ends_.rbegin()->second, begin);
}

std::int64_t ByteRanges::bytes() const {
  std::int64_t sum = 0;
  for (const auto& [begin, end] : ends_)
    sum += end - begin;
  return sum;
}

std::int64_t ByteRanges::prefix() const {
  return ends_.empty() || ends_.begin()->first > 0 ? 0 : ends_.begin()->second;
}

std::vector<ByteRange> ByteRanges::within(ByteRange range) const {
  std::vector<ByteRange> result;
  for (const auto& [begin, end] : ends_) {
    const ByteRange common{std::max(begin, range.begin), std::min(end, range.end)};
    if (common.begin < common.end) result.push_back(common);
  }
  return result;
}

std::vector<ByteRange> ByteRanges::missing(std::int64_t size, std::int64_t longest) const {
  auto there = within({0, size});
  there.push_back({size, size});
  std::vector<ByteRange> result;
  std::int64_t begin = 0;
  for (const auto& range : there) {
    for (; begin < range.begin; begin = result.back().end)
      result.push_back({begin, std::min(begin + longest, range.begin)});
    begin = range.end;
  }
  return result;
}

std::int64_t nanoseconds(const std::string& rfc3339) {
  std::tm time{};
  const auto* rest = strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (rest == nullptr) return -1;
  std::string digits;
  if (*rest == '.') {
    while (*++rest >= '0' && *rest <= '9')
      digits += *rest;
  }
  if (*rest != 'Z' || digits.size() > 9) return -1;
  digits.resize(9, '0');
  return timegm(&time) * 1'000'000'000LL + std::stoll(digits);
}

std::string version_line(const SourceFile& file) {
  return file.version + " " + std::to_string(file.bytes) + " " + file.path;
}

std::map<Path, std::string> partial_files(const Path& folder) {
  std::map<Path, std::string> result;
  std::error_code error;  // the folder is missing
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    auto path = entry.path();
    if (path.extension() != notes_suffix) continue;
    const auto text = read_notes(path.replace_extension());
    result[path] = text.substr(0, text.find('\n'));
  }
  return result;
}

ByteRanges noted_ranges(const Path& partial, const SourceFile& file) {
  std::istringstream notes(read_notes(partial));
  std::string line;
  std::error_code error;
  const auto size = static_cast<std::int64_t>(fs::file_size(partial, error));
  ByteRanges result;
  if (error || !std::getline(notes, line) || line != version_line(file)) return result;
  for (ByteRange range; notes >> range.begin >> range.end;)
    result.add(range);
  result.cut(std::min(size, file.bytes));
  return result;
}

bool is_free(const Path& partial) {
  const OpenFile file(::open(partial.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  return file.fd() >= 0 && flock(file.fd(), LOCK_EX | LOCK_NB) == 0;
}

void move_partial(const Path& from, const Path& to) {
  // The notes first: they say nothing without their file.
  if (!link_or_copy(notes_of(from), notes_of(to))) return;
  fs::rename(from, to);
  fs::remove(notes_of(from));
}

bool link_partial(const Path& from, const Path& to) {
  std::error_code error;
  fs::create_hard_link(notes_of(from), notes_of(to), error);
  if (!error) fs::create_hard_link(from, to, error);
  return !error;
}

Path PartialFile::path_in(const Path& folder, const SourceFile& file) {
  return folder / base::short_hash(file.path, 32);
}

PartialFile::PartialFile(const Path& folder, const SourceFile& file)
    : file_(file), path_(path_in(folder, file)), there_(noted_ranges(path_, file)) {}

int PartialFile::open(std::int64_t begin) const {
  const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0) volume_trouble(path_);
  // For is_free(). It stays as long as any duplicate of the descriptor is open (flock(2)), so also
  // while a program that was started with it outlives us.
  flock(fd, LOCK_SH | LOCK_NB);
  lseek(fd, begin, SEEK_SET);
  return fd;
}

void PartialFile::note(const ByteRanges& there) {
  if (there.bytes() == there_.bytes()) return;
  const OpenFile file(::open(path_.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  const bool is_synced = file.fd() >= 0 && (fdatasync(file.fd()) == 0 || is_not_supported(errno));
  if (!is_synced) volume_trouble(path_);
  write_notes(path_, file_, there);
  there_ = there;
}

void PartialFile::add(Path other, Other what_becomes_of_it) {
  const bool goes_away = what_becomes_of_it == Other::GoesAway;
  if (goes_away) {
    // Under a name that its owner, should it live after all, does not know: it must not publish a
    // file that is being cut off.
    const Path ours = path_.string() + "-" + other.parent_path().parent_path().filename().string();
    move_partial(other, ours);
    other = ours;
  }
  auto noted = noted_ranges(other, file_);
  const OpenFile source(::open(other.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  const OpenFile target(open(0));
  auto there = there_;
  // From the end, so that the other file can be cut off behind what is still to be copied.
  auto chunks = there_.missing(file_.bytes, copied_at_once);
  std::reverse(chunks.begin(), chunks.end());
  for (const auto& chunk : chunks) {
    for (const auto& range : noted.within(chunk)) {
      if (!copy_bytes(source.fd(), target.fd(), range.begin, range.end)) return;
      there.add(range);
    }
    note(there);
    noted.cut(chunk.begin);
    if (goes_away) {
      write_notes(other, file_, noted);
      fs::resize_file(other, static_cast<std::uintmax_t>(std::min(
                                 chunk.begin, static_cast<std::int64_t>(fs::file_size(other)))));
    }
  }
  if (!goes_away) return;
  fs::remove(other);
  fs::remove(notes_of(other));
}

void PartialFile::finish(const Path& to) const {
  fs::create_directories(to.parent_path());
  if (const auto time = nanoseconds(file_.modified); time >= 0) {
    const timespec at{time / 1'000'000'000, time % 1'000'000'000};
    const std::array times{at, at};
    if (utimensat(AT_FDCWD, path_.c_str(), times.data(), 0) != 0) volume_trouble(path_);
  }
  fs::rename(path_, to);
  fs::remove(notes_of(path_));
}

void PartialFile::discard() const {
  std::error_code ignored;  // somebody else has removed it
  fs::remove(notes_of(path_), ignored);
  fs::remove(path_, ignored);
}

}  // namespace content
