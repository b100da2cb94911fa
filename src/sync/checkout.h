#pragma once

#include "sync/large_files.h"
#include "sync/mirror.h"

#include <string>
#include <vector>

namespace content {

struct Submodule {
  std::string path;  ///< from the top of the checkout
  std::string url;
  std::string commit;
};

/// Makes the empty or missing folder `tree` a repository of its own: complete for this commit, with
/// its large files (LFS) and its submodules, all the way down; it remembers URLs and no path of
/// ours. With the whole history it has the branches and tags that a clone would have. Gives the
/// submodules, outer ones first. Throws Failure, also when the volume has no room for it.
/// `large_files`: keeps the content of large files, and a tree that nobody may write to gets it
/// without a copy. Null: the mirrors keep it, and the tree gets copies.
std::vector<Submodule> check_out(const Git& git, Mirrors& mirrors, const Path& tree,
                                 const Resolved& wanted,
                                 const LargeFileStore* large_files = nullptr);

}  // namespace content
