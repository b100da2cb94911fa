#include "sync/model/digest.h"

#include "base/hash.h"
#include "sync/report/failure.h"

#include <algorithm>

namespace content {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::vector<std::string> regular_files_in(const Path& folder) {
  std::vector<std::string> paths;
  for (auto entry = fs::recursive_directory_iterator(folder);
       entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->path().filename().string().starts_with("..")) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      paths.push_back(entry->path().lexically_relative(folder).string());
    }
  }
  return paths;
}

void add_sha256(const Hasher::Results& results, const Path& files, KnownFiles& known) {
  for (const auto& [path, hashes] : results) {
    known[path].sha256 = hashes.sha256.empty() ? base::sha256_of_file(files / path) : hashes.sha256;
  }
}

Description description(const Path& files, const Listing& listing, const KnownFiles& known) {
  KnownFiles all;
  for (const auto& file : listing.files)
    all[file.path].version = file.version;
  std::vector<std::string> lines;
  std::uintmax_t bytes = 0;
  for (const auto& path : regular_files_in(files)) {
    bytes += fs::file_size(files / path);
    const auto found = known.find(path);
    if (found == known.end()) {
      throw Failure("SyncFailed", (files / path).string() + " is not one of the source's files",
                    Failure::Kind::Transient);
    }
    const auto& sha256 = all[path].sha256 = found->second.sha256;
    lines.push_back(sha256 + "  " + path + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const auto& line : lines)
    text += line;
  return {json::object({{"revision", "sha256:" + base::sha256_hex(text)},
                        {"bytes", bytes},
                        {"files", lines.size()}}),
          std::move(all)};
}

std::string digest(const Path& folder) {
  // What a published one shows are links, some of them to folders, which are not followed.
  const auto files = fs::is_directory(folder / "..data") ? folder / "..data" : folder;
  Hasher hasher(files);
  for (const auto& path : regular_files_in(files))
    hasher.add(path, false);
  KnownFiles known;
  add_sha256(hasher.finish(), files, known);
  return json::string_at(description(files, {}, known).meta, {"revision"});
}

}  // namespace content
