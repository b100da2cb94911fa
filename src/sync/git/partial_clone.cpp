#include "sync/git/partial_clone.h"

#include <algorithm>
#include <iterator>

namespace content {
namespace {

/// Linux allows 2 MiB, the environment included (execve(2): a quarter of the stack's limit).
constexpr std::size_t longest_command = 1U << 20U;

}  // namespace

PartialClone::PartialClone(const Git& git, const Path& tree, const std::string& commit)
    : git_(git), in_tree_{"-C", tree.string()}, commit_(commit) {
  git.init(tree, commit, false);
  (*this)({"remote", "add", "origin", git.origin()});
  (*this)({"config", "remote.origin.promisor", "true"});
  fetch({commit});
}

std::string PartialClone::operator()(Words command) const {
  command.insert(command.begin(), in_tree_.begin(), in_tree_.end());
  return git_(std::move(command));
}

void PartialClone::in_groups(const Words& command, const Words& words) const {
  for (auto next = words.begin(); next != words.end();) {
    auto group = command;
    for (std::size_t bytes = 0; next != words.end() && bytes < longest_command; ++next) {
      bytes += next->size() + sizeof(char*);
      group.push_back(*next);
    }
    (*this)(std::move(group));
  }
}

std::set<std::string> PartialClone::missing() const {
  std::set<std::string> result;
  for (const auto& line : lines_of(
           (*this)({"rev-list", "--objects", "--missing=print", "--no-object-names", commit_})))
    if (line.front() == '?') result.insert(line.substr(1));
  return result;
}

void PartialClone::fetch(const Words& objects) const {
  in_groups({"-c", "fetch.negotiationAlgorithm=noop", "fetch", "--progress", "--no-tags",
             "--no-write-fetch-head", "--depth=1", "--filter=blob:none", "origin"},
            objects);
}

void PartialClone::fetch_missing(const std::set<std::string>& objects) const {
  const auto missing = this->missing();
  Words wanted;
  std::set_intersection(objects.begin(), objects.end(), missing.begin(), missing.end(),
                        std::back_inserter(wanted));
  fetch(wanted);
}

}  // namespace content
