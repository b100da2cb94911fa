#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

/// Which parts of a commit a checkout has.
namespace content {

struct Selection {
  enum class Which { All, None, Listed };
  Which which = Which::All;
  std::vector<std::string> listed = {};
};

/// Gives those paths that are wanted, out of all of a commit's files and, with a '/' at their end,
/// submodules.
using ChooseFiles = std::function<std::set<std::string>(const std::vector<std::string>& paths)>;

struct Parts {
  /// Listed: paths from the top of the checkout. Those that one is in come along, as it would be
  /// nowhere otherwise; those that are in one do not, unless they are listed, too.
  Selection submodules = {};
  /// Of those that a checkout has the content of. Listed: patterns as gitignore(5) has them,
  /// compared with paths from the top of the repository, or of the submodule, that a file is in.
  Selection large_files = {};
  /// Patterns of a sparse checkout (git-sparse-checkout(1), without cone mode); empty: all files.
  /// Of submodules they choose whether they are there, and not what is in them.
  std::vector<std::string> paths = {};
  /// The same by another rule, also for what is in submodules; empty: all files.
  ChooseFiles choose = {};

  bool has_all_files() const { return paths.empty() && !choose; }
};

}  // namespace content
