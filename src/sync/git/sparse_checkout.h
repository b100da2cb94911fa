#pragma once

#include "sync/git/git_in_tree.h"
#include "sync/git/parts.h"

#include <functional>
#include <string>
#include <vector>

/// Sparse checkouts (git-sparse-checkout(1)): of a commit's files those that patterns choose.
namespace content {

/// A line of the index.
struct ChosenFile {
  std::string mode;  ///< as git writes it: "100644", "120000" of a symbolic link
  std::string object;
  std::string path;  ///< as git writes it
};

/// Makes the tree, of which no file is there yet, one that has only the files that the parts
/// choose, and .lfsconfig at its top, and reads its commit into the index. Needs the commit's
/// folders and not its files. Throws Failure ("GitPathNotFound") when a pattern that chooses files
/// chooses none, and what Parts::choose throws.
void choose_files(const GitInTree& git, const Path& tree, const Parts& parts);

/// The files that are chosen, without submodules.
std::vector<ChosenFile> chosen_files(const GitInTree& git);

/// What these have as objects, and those of .gitattributes and .gitmodules, which say how to check
/// them out.
std::set<std::string> chosen_objects(const GitInTree& git);

/// Whether a path of the index is chosen.
bool is_chosen(const GitInTree& git, const std::string& path);

/// Makes the empty or missing folder `tree` a sparse partial clone: the server is asked for the
/// chosen_objects() alone. A server that cannot leave out objects sends all. Throws Failure as
/// choose_files() does, and when the server gives no objects that it does not name.
void fetch_chosen_objects(const Git& git, const GitInTree& in_tree, const Path& tree,
                          const Parts& parts, const std::function<void()>& on_commit);

}  // namespace content
