#pragma once

#include "sync/git/large_files.h"
#include "sync/git/mirror.h"

#include <string>
#include <vector>

namespace content {

struct Submodule {
  std::string path;  ///< from the top of the checkout
  std::string url;
  std::string commit;
};

/// What a tree can be made of that nobody may write to.
struct Stock {
  const LargeFileStore& large_files;  ///< keeps their content, which the tree gets without a copy
  Path before;  ///< the tree of another commit: what it has does not come again; empty: none
};

/// Makes the empty or missing folder `tree` a repository of its own: complete for this commit, with
/// its large files (LFS) and its submodules, all the way down; it remembers URLs and no path of
/// ours. With the whole history it has the branches and tags that a clone would have. Gives the
/// submodules, outer ones first. Throws Failure, also when the volume has no room for it. Without a
/// stock the mirrors keep the content of large files, and the tree gets copies.
std::vector<Submodule> check_out(const Git& git, Mirrors& mirrors, const Path& tree,
                                 const Resolved& wanted, const Stock* stock = nullptr);

}  // namespace content
