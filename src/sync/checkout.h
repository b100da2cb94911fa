#pragma once

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
/// submodules, outer ones first. Throws Failure.
std::vector<Submodule> check_out(const Git& git, Mirrors& mirrors, const Path& tree,
                                 const Resolved& wanted);

}  // namespace content
