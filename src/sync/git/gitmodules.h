#pragma once

#include "sync/git/git_in_tree.h"
#include "sync/git/parts.h"

#include <string>
#include <vector>

namespace content {

/// An entry of .gitmodules (gitmodules(5)).
struct ModuleEntry {
  std::string name;
  std::string path;  ///< from the top of the tree
  std::string url;   ///< resolved where it is relative
  std::string commit;
};

/// Entries of .gitmodules that the tree has and that are selected. Those that it has not are
/// left-overs, and an entry of the tree that .gitmodules does not name stays an empty folder, as
/// after a clone. Writes their URLs into the tree's configuration. Throws Failure.
std::vector<ModuleEntry> submodules_in(const GitInTree& git, const Parts& parts);

/// Throws Failure when a submodule is listed that is none of these.
void require_listed(const GitInTree& git, const Selection& selection,
                    const std::vector<ModuleEntry>& submodules);

/// The same selection for what is in a submodule, by paths from its top.
Selection selection_in(const Selection& selection, const std::string& submodule);

}  // namespace content
