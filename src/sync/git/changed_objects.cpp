#include "sync/git/changed_objects.h"

#include <set>
#include <unistd.h>

namespace content {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

/// Linux allows 2 MiB, the environment included (execve(2): a quarter of the stack's limit).
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

constexpr const char* attributes = ":(glob)**/.gitattributes";
/// For git a large file is its pointer, and `before` has the content.
constexpr const char* all_but_large_files = ":(exclude,attr:filter=lfs)";

/// A fact of each of the commit's files that fit a pattern.
Words of_files(const Git& git, const Path& tree, const char* fact, const char* pattern) {
  return lines_of(git({"-C", tree.string(), "ls-files", "-z",
                       std::string("--format=%(") + fact + ")", "--", pattern}),
                  '\0');
}

/// Files of these names in `before`.
Words readable_files(const Path& before, const Words& names) {
  Words result;
  for (const auto& name : names) {
    const auto file = before / name;
    std::error_code error;
    if (fs::is_regular_file(fs::symlink_status(file, error)) && access(file.c_str(), R_OK) == 0)
      result.push_back(file.string());
  }
  return result;
}

std::set<std::string> missing_objects(const Git& git, const Path& tree, const std::string& commit) {
  std::set<std::string> result;
  for (const auto& line : lines_of(git({"-C", tree.string(), "rev-list", "--objects",
                                        "--missing=print", "--no-object-names", commit})))
    if (line.front() == '?') result.insert(line.substr(1));
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
  const auto add_from_before = [&](const char* pattern) {
    // Fast rather than small: the model keeps the files, and the repository goes when they are
    // there.
    in_groups(git, with({"-c", "core.compression=1", "hash-object", "-w", "--no-filters", "--"}),
              readable_files(before, of_files(git, tree, "path", pattern)));
    return missing_objects(git, tree, commit);
  };
  git.init(tree, commit, false);
  git(with({"remote", "add", "origin", git.url()}));
  git(with({"config", "remote.origin.promisor", "true"}));
  in_groups(git, fetch, {commit});
  git(with({"read-tree", commit}));
  // ls-files reads .gitattributes to tell large files, and git would fetch each of these alone.
  if (auto wanted = of_files(git, tree, "objectname", attributes); !wanted.empty()) {
    const auto missing = add_from_before(attributes);
    std::erase_if(wanted, [&](const auto& object) { return !missing.contains(object); });
    in_groups(git, fetch, wanted);
  }
  const auto rest = add_from_before(all_but_large_files);
  in_groups(git, fetch, {rest.begin(), rest.end()});
}

}  // namespace content
