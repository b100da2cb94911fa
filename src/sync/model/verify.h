#pragma once

#include "sync/rclone/source.h"
#include "sync/volume/hasher.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

/// What is on a volume, compared with what a source has listed. Nothing of it is for git, whose
/// files are not listed.
namespace content {

/// Throws Failure (ModelSourceRefused) when two files of the listing are one on the volume with
/// this folder, as far as their letter case alone makes them so.
void require_distinct_names(const Listing& listing, const Path& folder);

/// Throws Failure unless each file that was listed is in the folder by its own name, and has its
/// size. Removes what was not listed: it has come to the source since, and the next listing has it.
void verify_files(const Listing& listing, const Path& folder);

/// Gives the paths of files whose MD5 is no checksum of the content, out of those that are asked
/// about.
using FindOpaque = std::function<std::set<std::string>(const std::vector<std::string>& paths)>;

/// Throws Failure when a file has another SHA-256 or MD5 than its source tells; with another MD5
/// unless `find_opaque`, which is asked then, knows why. Such a file does not stay, so that another
/// try fetches it.
void verify_checksums(const Listing& listing, const Path& folder, const Hasher::Results& hashes,
                      const FindOpaque& find_opaque);

/// Whether the source tells one of this file.
bool tells_md5(const Listing& listing, const std::string& path);

}  // namespace content
