#pragma once

#include "sync/git/git_in_tree.h"

#include <string>

namespace content {

/// What files take that are to be checked out. Large ones (LFS) count as their pointers.
struct NeedOfFiles : Need {
  std::string symbolic_link = {};  ///< the first, as git writes a path; empty: there is none
};

/// Of all the commit's own files, and the folders that they are in. Throws Failure and Stopped.
NeedOfFiles need_of_files(const GitInTree& git);

/// The same of those that a sparse checkout has, without the folders.
NeedOfFiles need_of_chosen_files(const GitInTree& git);

}  // namespace content
