#include "sync/git/gitmodules.h"

#include "sync/git/sparse_checkout.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <map>

namespace content {
namespace {

/// Values of a file in git's format by key, such as "submodule.lib.path".
std::map<std::string, std::string> configuration(const GitInTree& git, const std::string& file) {
  std::map<std::string, std::string> result;
  const auto list = git({"config", "--blob", git.commit() + ":" + file, "--null", "--list"});
  for (std::size_t begin = 0; begin < list.size();) {
    const auto end = std::min(list.find('\0', begin), list.size());
    const auto entry = list.substr(begin, end - begin);
    const auto newline = entry.find('\n');
    if (newline != std::string::npos) result[entry.substr(0, newline)] = entry.substr(newline + 1);
    begin = end + 1;
  }
  return result;
}

/// Whether the commit has this file at its top. A symbolic link is none: it could lead elsewhere.
bool has_file(const GitInTree& git, const std::string& name) {
  return git({"ls-tree", git.commit(), "--", name}).starts_with("100");
}

/// The commit that the tree wants of the submodule at `path`; empty when there is no such entry.
std::string commit_at(const GitInTree& git, const std::string& path) {
  const auto line = git({"ls-tree", git.commit(), "--", path});
  constexpr std::string_view kind = "160000 commit ";
  if (!line.starts_with(kind)) return {};
  return line.substr(kind.size(), line.find('\t') - kind.size());
}

std::string value(const std::map<std::string, std::string>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

bool is_at_or_in(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

/// Whether a submodule is selected, or one that is in it.
bool is_wanted(const Selection& selection, const std::string& submodule) {
  if (selection.which != Selection::Which::Listed) return selection.which == Selection::Which::All;
  return std::any_of(selection.listed.begin(), selection.listed.end(),
                     [&](const auto& path) { return is_at_or_in(path, submodule); });
}

}  // namespace

Selection selection_in(const Selection& selection, const std::string& submodule) {
  if (selection.which != Selection::Which::Listed) return selection;
  Selection inner{Selection::Which::Listed};
  for (const auto& path : selection.listed)
    if (path != submodule && is_at_or_in(path, submodule))
      inner.listed.push_back(path.substr(submodule.size() + 1));
  return inner;
}

std::vector<ModuleEntry> submodules_in(const GitInTree& git, const Parts& parts) {
  if (!has_file(git, ".gitmodules")) return {};
  constexpr std::string_view prefix = "submodule.";
  constexpr std::string_view suffix = ".path";
  const auto& selection = parts.submodules;
  const auto values = configuration(git, ".gitmodules");
  std::vector<ModuleEntry> result;
  for (const auto& [key, path] : values) {
    if (!key.starts_with(prefix) || !key.ends_with(suffix) ||
        key.size() < prefix.size() + suffix.size()) {
      continue;
    }
    const auto section = key.substr(0, key.size() - suffix.size());
    const auto commit = commit_at(git, path);
    if (commit.empty() || !is_wanted(selection, path)) continue;
    const bool is_updated = value(values, section + ".update") != "none";
    if (!is_updated && selection.which == Selection::Which::All) continue;
    if (!parts.has_all_files() && !is_chosen(git, path)) continue;
    git({"submodule", "--quiet", "init", "--", path});  // which resolves "../lib"
    const auto url = without_newline(git({"config", "--default", "", "--get", section + ".url"}));
    if (url.empty()) continue;  // two sections have this path, and git uses the other
    result.push_back({section.substr(prefix.size()), path, url, commit});
  }
  return result;
}

void require_listed(const GitInTree& git, const Selection& selection,
                    const std::vector<ModuleEntry>& submodules) {
  for (const auto& path : selection.listed) {
    const bool is_there = std::any_of(
        submodules.begin(), submodules.end(),
        [&](const ModuleEntry& submodule) { return is_at_or_in(path, submodule.path); });
    if (is_there) continue;
    throw Failure("GitPathNotFound", git.told_url() + ": there is no submodule " + path +
                                         " in the commit, or paths leaves it out; correct "
                                         "repositories.repositories[].submodules, which names it");
  }
}

}  // namespace content
