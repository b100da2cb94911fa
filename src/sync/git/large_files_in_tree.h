#pragma once

#include "sync/git/git_in_tree.h"
#include "sync/git/large_files.h"
#include "sync/git/parts.h"

#include <set>
#include <string>
#include <vector>

/// Large files (LFS) of a tree that is being made. All of it throws Failure and Stopped.
namespace content {

/// Names of the files of the tree that are large ones by their attributes; of those that are
/// selected. Takes patterns that fit one of them out of `unfit`.
std::vector<std::string> large_file_names(const GitInTree& git, const Selection& selection,
                                          std::set<std::string>& unfit);

/// Those whose pointers can be read.
std::vector<LargeFile> pointers_in(const Path& tree, const std::vector<std::string>& names);

/// Which large files of a commit git-lfs is to fetch.
enum class Fetching {
  AllOfCommit,  ///< but those that .lfsconfig leaves out
  TheseAlone,
};

/// Brings the content of those files into the store. `for_copies`: bytes that are needed besides.
void fetch_large_files(const GitInTree& git, const LargeFileStore& store, const Path& tree,
                       const std::vector<LargeFile>& files, Fetching fetching,
                       std::int64_t for_copies);

/// Has git take what was put there instead of pointers for them.
void refresh_index(const GitInTree& git, const Path& tree, const std::vector<LargeFile>& files);

/// Has git write the content of large files over pointers that only git-lfs can read: of all
/// the names but those of `but`.
void replace_pointers(const GitInTree& git, const LargeFileStore& store, const Path& tree,
                      std::set<std::string> names, const std::vector<LargeFile>& but);

}  // namespace content
