#include "sync/changed_objects.h"

#include <algorithm>

namespace content {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

/// Linux takes 2 MiB, with the environment.
constexpr std::size_t longest_command = 1U << 20U;

/// A command with so many of the words that it is not too long; as often as it takes.
void in_groups(const Git& git, const Words& command, const Words& words) {
  for (auto next = words.begin(); next != words.end();) {
    auto group = command;
    for (std::size_t bytes = 0; next != words.end() && bytes < longest_command; ++next) {
      bytes += next->size() + sizeof(char*);
      group.push_back(*next);
    }
    git(std::move(group));
  }
}

/// Files of the commit at whose paths `before` has some, but for the large ones: of these git has
/// pointers.
Words candidates(const Git& git, const Path& tree, const Path& before) {
  Words result;
  for (const auto& name :
       lines_of(git({"-C", tree.string(), "ls-files", "-z", "--", ":(exclude,attr:filter=lfs)"}),
                '\0')) {
    const auto file = before / name;
    std::error_code error;
    if (fs::is_regular_file(fs::symlink_status(file, error))) result.push_back(file.string());
  }
  return result;
}

Words missing_objects(const Git& git, const Path& tree, const std::string& commit) {
  Words result;
  for (const auto& object : lines_of(git({"-C", tree.string(), "rev-list", "--objects",
                                          "--missing=print", "--no-object-names", commit})))
    if (object.front() == '?') result.push_back(object.substr(1));
  return result;
}

}  // namespace

void fetch_changed_objects(const Git& git, const Path& tree, const std::string& commit,
                           const Path& before) {
  const Words in_tree = {"-C", tree.string()};
  const auto with = [&](Words command) {
    command.insert(command.begin(), in_tree.begin(), in_tree.end());
    return command;
  };
  const auto fetch =
      with({"-c", "fetch.negotiationAlgorithm=noop", "fetch", "--progress", "--no-tags",
            "--no-write-fetch-head", "--depth=1", "--filter=blob:none", "origin"});
  git({"init", "--quiet", "--template=", "--", tree.string()});
  git(with({"remote", "add", "origin", git.url()}));
  git(with({"config", "remote.origin.promisor", "true"}));
  in_groups(git, fetch, {commit});
  git(with({"read-tree", commit}));
  // Uncompressed: they are soon gone.
  in_groups(git, with({"-c", "core.looseCompression=0", "hash-object", "-w", "--no-filters", "--"}),
            candidates(git, tree, before));
  in_groups(git, fetch, missing_objects(git, tree, commit));
}

}  // namespace content
