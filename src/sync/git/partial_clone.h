#pragma once

#include "sync/git/git.h"

#include <set>

namespace content {

/// A partial clone (git-clone(1), --filter): a repository that has a commit and its folders, and is
/// given files by their objects. A server that cannot leave out objects sends all. All of it throws
/// Failure, also when the server gives no objects that it does not name, and Stopped.
class PartialClone {
 public:
  using Words = std::vector<std::string>;

  /// Makes the empty or missing folder `tree` one, and fetches the commit.
  PartialClone(const Git& git, const Path& tree, const std::string& commit);

  /// `git ARGUMENTS` in it.
  std::string operator()(Words command) const;
  /// The same with so many of the words that no command is too long; as often as it takes.
  void in_groups(const Words& command, const Words& words) const;

  /// Objects of the commit that are not there.
  std::set<std::string> missing() const;
  void fetch(const Words& objects) const;
  /// Those that are not there.
  void fetch_missing(const std::set<std::string>& objects) const;

 private:
  const Git& git_;
  Words in_tree_;
  std::string commit_;
};

}  // namespace content
