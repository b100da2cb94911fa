#pragma once

#include "sync/git/git_in_tree.h"
#include "sync/git/parts.h"

/// A partial clone (git-clone(1), --filter) that takes what it lacks from files that are there.
namespace content {

/// Makes the empty or missing folder `tree` a repository with all objects of a commit that the
/// parts choose, of which the server is asked only for what no file of the folder `before` has: the
/// files of another commit at their paths. `on_commit` is called when the commit and its folders
/// are there, and before git reads them as a whole. A server that cannot leave out objects sends
/// all. Throws Failure as choose_files() does, and when the server gives no objects that it does
/// not name.
void fetch_changed_objects(const Git& git, const GitInTree& in_tree, const Path& tree,
                           const Parts& parts, const Path& before,
                           const std::function<void()>& on_commit);

}  // namespace content
