#include "sync/model/archives.h"

#include "base/archive_name.h"
#include "sync/model/digest.h"
#include "sync/model/git_origin.h"

#include <algorithm>

namespace content {
namespace {

namespace fs = std::filesystem;

/// Of a source that is one file, that is the archive, whatever it is called: many are downloads
/// whose URL tells no name.
bool is_archive(const std::string& path, std::size_t files) {
  return files == 1 || base::is_archive_name(path);
}

}  // namespace

bool is_one_archive(const Source& source) {
  const auto end = source.url.substr(0, source.url.find('?'));
  return source.unpack && !is_git(source) && base::is_archive_name(percent_decoded(end));
}

void check_archives(const Source& source, const std::vector<std::string>& paths) {
  if (!source.unpack) return;
  const auto url = url_for_messages(source);
  for (const auto& path : paths) {
    if (!base::is_unreadable_archive_name(path)) continue;
    throw Failure("ModelArchiveRefused", url + ": " + quoted_path(path) +
                                             " is an archive of a kind that is not unpacked here; "
                                             "pack it as .tar.gz, .tar.zst or .zip, or leave it "
                                             "out by source.exclude");
  }
  const auto is_one = [&](const std::string& path) { return is_archive(path, paths.size()); };
  if (std::any_of(paths.begin(), paths.end(), is_one)) return;
  throw Failure("ModelArchiveRefused",
                url + ": none of its files is an archive, which source.unpack is for (" +
                    base::archive_endings + "); remove source.unpack");
}

void find_archives(const Source& source, Listing& listing, const Path& files) {
  if (!source.unpack) return;
  auto paths = regular_files_in(files);
  std::erase_if(paths, [&](const auto& path) { return fs::is_symlink(files / path); });
  std::sort(paths.begin(), paths.end());
  check_archives(source, paths);
  for (const auto& path : paths) {
    if (!is_archive(path, paths.size())) continue;
    const auto found = std::find_if(listing.files.begin(), listing.files.end(),
                                    [&](const SourceFile& file) { return file.path == path; });
    if (found == listing.files.end()) {
      listing.files.push_back({.path = path, .kind = SourceFile::Kind::Archive});
    } else {
      found->kind = SourceFile::Kind::Archive;
    }
  }
}

std::vector<std::string> served_archives(const KnownFiles& revision) {
  std::vector<std::string> paths;
  for (const auto& [path, file] : revision) {
    const bool is_seen = path.find('/') == std::string::npos || revision.size() == 1;
    if (is_seen && base::is_archive_name(path)) paths.push_back(path);
  }
  return paths;
}

}  // namespace content
