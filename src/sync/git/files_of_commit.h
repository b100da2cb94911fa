#pragma once

#include "sync/git/git_in_tree.h"
#include "sync/volume/limits.h"

#include <string>

/// What a commit's files are, counted while git lists them: a small repository may have millions.
/// All of it throws Failure, also "SourceTooLarge", and Stopped.
namespace content {

/// Of a checkout that is made of several trees, a repository's and its submodules'.
struct Allowance {
  Limits limits;
  Need used;               ///< by the trees before
  std::int64_t depth = 0;  ///< of this tree's top
};

/// What files take that are to be checked out. Large ones (LFS) count as their pointers.
struct NeedOfFiles {
  Need room = {};                  ///< files and bytes
  std::string symbolic_link = {};  ///< the first, as git writes a path; empty: there is none
};

/// Of all the commit's own files, and the folders that they are in.
NeedOfFiles need_of_files(const GitInTree& git, const Allowance& allowance);

/// The same of those that a sparse checkout has, without the folders.
NeedOfFiles need_of_chosen_files(const GitInTree& git, const Allowance& allowance);

/// Whether git may read the commit as a whole, which takes memory for each file. Needs no file.
void require_countable(const GitInTree& git, const Allowance& allowance);

}  // namespace content
