#include "sync/model/download.h"

#include "sync/git/large_files.h"
#include "sync/report/failure.h"
#include "sync/volume/features.h"

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <sys/stat.h>

namespace content {
namespace {

namespace fs = std::filesystem;

constexpr const char* about_file = "about";
constexpr const char* files_folder = "files";
constexpr const char* store_folder = "content";
constexpr std::size_t longest_listing = 256U << 20U;
/// What a folder's download is from; nothing of a folder that is none, or has only just been made.
std::optional<std::string> source_of(const Path& folder) {
  auto text = read_regular_file(folder / about_file, 64U << 10U);
  if (!text.ends_with('\n')) return {};
  text.pop_back();
  return text;
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
    text += file.version + " " + file.sha256 + " " + path + "\n";
  return text;
}

Download::Download(const Layout& layout, Claim& claim, const std::string& source,
                   const Listing& listing)
    : claim_(claim),
      work_(claim.work()),
      files_(work_ / files_folder),
      parts_(work_ / parts_folder),
      source_(source),
      has_files_(listing.has_files) {
  claim_.keep(true);
  fs::create_directory(files_);
  fs::create_directory(parts_);
  write_file(work_ / about_file, source_ + "\n");
  try {
    if (!has_files_) {
      index_published(layout.current_revision());
    } else if (json::string_at(layout.current(), {"source"}) == source) {
      link_published(layout.current_revision(), listing);
    }
    reuse_interrupted(layout.path(), listing);
    count_missing(listing);
    require_space(files_, "the model", {missing_bytes_, missing_files_});
  } catch (const Failure&) {
    discard();
    throw;
  }
}

bool Download::link_file(const Path& from, const SourceFile& file) const {
  const auto to = files_ / file.path;
  fs::create_directories(to.parent_path());
  return link_or_copy(from, to);
}

Path Download::large_file_store() const {
  return work_ / store_folder;
}

Path Download::published_content(const std::string& sha256) const {
  const auto found = published_.find(sha256);
  return found == published_.end() ? Path() : found->second;
}

/// Content is the same whatever source it is from.
void Download::index_published(const Path& revision) {
  before_ = revision;
  const auto known = read_known_files(read_regular_file(revision / listing_file, longest_listing));
  for (const auto& [path, file] : known)
    published_.emplace(file.sha256, revision / path);
}

void Download::link_published(const Path& revision, const Listing& listing) {
  const auto published =
      read_known_files(read_regular_file(revision / listing_file, longest_listing));
  for (const auto& file : listing.files) {
    const auto found = published.find(file.path);
    if (found == published.end() || found->second.version != file.version) continue;
    if (!is_untouched(revision / file.path, file)) continue;
    if (link_file(revision / file.path, file)) known_.insert(*found);
  }
}

void Download::reuse_interrupted(const Path& target, const Listing& listing) {
  for (const auto& entry : fs::directory_iterator(target)) {
    const auto& folder = entry.path();
    if (folder == claim_.path() || !folder.filename().string().starts_with(work_prefix)) continue;
    ClaimWatch watch(folder);
    if (watch.look() == Life::Dead) {
      take_over(folder, watch.owner(), claim_);
    } else {
      for (const auto& work : works_in(folder))
        reuse(work, OtherDownload::MayLive, listing);
    }
  }
  reuse_left(claim_.path(), listing);
}

/// Who went on with another's work may have left that with its own.
void Download::reuse_left(const Path& folder, const Listing& listing) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with(left_prefix)) continue;
    if (is_true_folder(entry.path())) {
      for (const auto& work : works_in(entry.path()))
        reuse(work, OtherDownload::IsDead, listing);
      reuse_left(entry.path(), listing);
    }
    std::error_code ignored;  // it goes with the claim
    fs::remove_all(entry.path(), ignored);
  }
}

void Download::reuse(const Path& folder, OtherDownload other, const Listing& listing) {
  const auto source = source_of(folder);
  if (!source) return;
  if (*source == source_) {
    link_whole_files(folder / files_folder, listing);
    reuse_parts(folder / parts_folder, other, listing);
  }
  if (has_files_) return;
  const LargeFileStore store(work_ / store_folder);
  if (other == OtherDownload::IsDead) {
    store.move_from(folder / store_folder);
  } else {
    store.copy_from(folder / store_folder);
  }
}

void Download::link_whole_files(const Path& folder, const Listing& listing) const {
  for (const auto& file : listing.files)
    if (is_whole(folder / file.path, file)) link_file(folder / file.path, file);
}

void Download::reuse_parts(const Path& folder, OtherDownload other, const Listing& listing) {
  const auto parts = partial_files(folder);
  if (parts.empty()) return;
  for (const auto& file : listing.files) {
    if (fs::exists(fs::symlink_status(files_ / file.path))) continue;
    const auto version = version_line(file);
    for (const auto& [part, its_version] : parts)
      if (its_version == version) reuse_part(part, other, file);
  }
}

void Download::reuse_part(const Path& from, OtherDownload other, const SourceFile& file) {
  const auto to = PartialFile::path_in(parts_, file);
  const auto what_becomes_of_it =
      other == OtherDownload::MayLive ? PartialFile::Other::Stays : PartialFile::Other::GoesAway;
  try {
    const bool is_first = !fs::exists(to);  // else a third download has left a part of this file
    const bool is_whole = noted_ranges(from, file).bytes() == file.bytes;
    if (is_first && is_whole && link_partial(from, to)) return;
    if (is_first && other == OtherDownload::IsDead && is_free(from)) {
      move_partial(from, to);
    } else {
      PartialFile(parts_, file).add(from, what_becomes_of_it);
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

}  // namespace content
