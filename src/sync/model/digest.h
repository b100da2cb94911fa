#pragma once

#include "json/json.h"
#include "sync/model/download.h"
#include "sync/volume/hasher.h"

#include <string>
#include <vector>

/// What tells the files of a revision: their hashes, and the digest over these.
namespace content {

/// Regular files, also those that links lead to, by their paths in the folder. Those are left out
/// whose path has a name that begins with "..": no model's file is called so (check_path()).
std::vector<std::string> regular_files_in(const Path& folder);

/// Adds the hashes to `known`; computes those that are missing. Throws std::runtime_error when a
/// file cannot be read.
void add_sha256(const Hasher::Results& results, const Path& files, KnownFiles& known);

struct Description {
  json::Json meta;   ///< {"revision", "bytes", "files"}; the revision as digest() says
  KnownFiles known;  ///< for the next time
};

/// Throws Failure when `known` has not all of the files.
Description description(const Path& files, const Listing& listing, const KnownFiles& known);

/// The revision of a folder's files: "sha256:" and the SHA-256 of the sorted lines "<sha256>
/// <path>\n" that sha256sum prints of them, so equal content is one revision wherever it is from.
/// Of a folder that sync_model() has published, its current revision.
std::string digest(const Path& folder);

}  // namespace content
