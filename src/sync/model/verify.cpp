#include "sync/model/verify.h"

#include "base/ascii.h"
#include "sync/model/digest.h"
#include "sync/report/failure.h"
#include "sync/volume/features.h"

#include <algorithm>
#include <utility>

namespace content {
namespace {

namespace fs = std::filesystem;

Failure one_file(const std::string& path, const std::string& other) {
  return refused_path(path, "which " + other +
                                " of the source would replace: on this volume they "
                                "are one file; use a volume that tells them apart");
}

Failure changed(const std::string& path) {
  return {"ModelSourceChanged", "the source changed while it was copied: " + path,
          Failure::Kind::Transient};
}

/// A file that has another does not stay, so that another try fetches it.
void verify_sha256(const SourceFile& file, const Path& folder, const Hashes& found) {
  if (file.sha256.empty() || found.sha256.empty() || found.sha256 == file.sha256) return;
  fs::remove(folder / file.path);
  throw Failure("ModelSourceChanged",
                file.path + " has not the SHA-256 that the source tells (" + file.sha256 +
                    "): it was damaged on the way or where it is kept",
                Failure::Kind::Transient);
}

}  // namespace

void require_distinct_names(const Listing& listing, const Path& folder) {
  std::vector<std::pair<std::size_t, const std::string*>> names;  // by hash: there may be many
  for (const auto& file : listing.files)
    names.emplace_back(std::hash<std::string>()(base::lower(file.path)), &file.path);
  std::sort(names.begin(), names.end());
  const auto twins =
      std::adjacent_find(names.begin(), names.end(), [](const auto& one, const auto& other) {
        return one.first == other.first && base::lower(*one.second) == base::lower(*other.second);
      });
  if (twins == names.end() || !folds_letter_case(folder)) return;
  const auto& [one, other] = std::minmax(*twins->second, *std::next(twins)->second);
  throw one_file(other, quoted_path(one));
}

void verify_files(const Listing& listing, const Path& folder) {
  if (!listing.has_files) return;
  const auto paths = regular_files_in(folder);
  std::set<std::string_view> there(paths.begin(), paths.end());
  for (const auto& file : listing.files) {
    std::error_code error;
    const auto bytes = fs::file_size(folder / file.path, error);
    if (error || (file.bytes >= 0 && bytes != static_cast<std::uintmax_t>(file.bytes)))
      throw changed(file.path);
    const bool is_file = file.kind == SourceFile::Kind::File;  // an archive's folder is ours
    if (is_file && there.erase(file.path) == 0) throw one_file(file.path, "another file");
  }
  for (const auto& path : there)
    fs::remove(folder / path);
}

void verify_checksums(const Listing& listing, const Path& folder, const Hasher::Results& hashes,
                      const FindOpaque& find_opaque) {
  std::vector<std::string> others;
  for (const auto& file : listing.files) {
    const auto found = hashes.find(file.path);
    if (found == hashes.end()) continue;
    verify_sha256(file, folder, found->second);
    if (!found->second.md5.empty() && found->second.md5 != file.md5) others.push_back(file.path);
  }
  if (others.empty()) return;
  const auto opaque = find_opaque(others);
  for (const auto& path : others) {
    if (opaque.contains(path)) continue;
    fs::remove(folder / path);
    throw Failure("ModelSourceChanged",
                  path +
                      " has not the MD5 that the source tells: it changed while it was copied or "
                      "was damaged on the way; where the store tells no MD5 of the content, give "
                      "source.digest",
                  Failure::Kind::Transient);
  }
}

bool tells_md5(const Listing& listing, const std::string& path) {
  const auto found = std::lower_bound(
      listing.files.begin(), listing.files.end(), path,
      [](const SourceFile& file, const std::string& wanted) { return file.path < wanted; });
  return found != listing.files.end() && found->path == path && !found->md5.empty();
}

}  // namespace content
