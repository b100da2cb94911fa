#include "sync/git/sparse_checkout.h"

#include "sync/git/partial_clone.h"
#include "sync/report/failure.h"

namespace content {
namespace {

/// Before the path of a file that is not chosen (git-ls-files(1), -t).
constexpr std::string_view skipped = "S ";
constexpr std::string_view submodule = "160000";
/// git-lfs reads the commit's where the tree has none, and the tree's is what is checked.
constexpr std::string_view settings_of_large_files = ".lfsconfig";

bool fits_something(const GitInTree& git, const std::string& pattern) {
  bool fits = false;
  git.each_line({"ls-files", "--cached", "--ignored", "--exclude=" + pattern},
                [&](std::string_view) { fits = true; });
  return fits;
}

void require_fit(const GitInTree& git, const std::vector<std::string>& patterns) {
  for (const auto& pattern : patterns) {
    if (pattern.front() == '!' || fits_something(git, pattern)) continue;
    throw Failure("GitPathNotFound", git.told_url() + ": repositories.repositories[].paths has " +
                                         pattern +
                                         ", which fits no file of the commit; correct "
                                         "it, or remove it");
  }
}

void choose_by_patterns(const GitInTree& git, const Path& tree,
                        const std::vector<std::string>& patterns) {
  git({"read-tree", git.commit()});
  require_fit(git, patterns);
  std::string lines;
  for (const auto& pattern : patterns)
    lines += pattern + "\n";
  lines += "/" + std::string(settings_of_large_files) + "\n";
  own_folder(tree, ".git/info");
  write_file(tree / ".git" / "info" / "sparse-checkout", lines);
  // `git sparse-checkout` would make them settings of one worktree of several, by an extension of
  // the repository's format that not every program knows.
  git({"config", "core.sparseCheckout", "true"});
  git({"config", "core.sparseCheckoutCone", "false"});
  // Files are written by the checkout: those of the index are as they were, and are left alone.
  git({"read-tree", "-m", "-u", git.commit()});
}

/// A commit's files and submodules, with the mode in front: "100644 PATH".
std::vector<std::string> entries(const GitInTree& git) {
  return lines_of(git({"ls-files", "-z", "--format=%(objectmode) %(path)"}), '\0');
}

/// As `git sparse-checkout` marks what is not to be there.
void choose_by_names(const GitInTree& git, const ChooseFiles& choose) {
  git({"read-tree", git.commit()});
  std::vector<std::string> paths;
  for (const auto& entry : entries(git))
    paths.push_back(entry.substr(submodule.size() + 1) + (entry.starts_with(submodule) ? "/" : ""));
  const auto wanted = choose(paths);
  std::string others;
  for (auto& path : paths) {
    if (wanted.contains(path) || path == settings_of_large_files) continue;
    if (path.ends_with('/')) path.pop_back();
    others += path + '\0';
  }
  git.with_input({"update-index", "-z", "--skip-worktree", "--stdin"}, others);
}

}  // namespace

void choose_files(const GitInTree& git, const Path& tree, const Parts& parts) {
  if (parts.choose) {
    choose_by_names(git, parts.choose);
  } else {
    choose_by_patterns(git, tree, parts.paths);
  }
}

std::vector<ChosenFile> chosen_files(const GitInTree& git) {
  std::vector<ChosenFile> files;
  // "H 100644 OBJECT 0<tab>PATH"
  git.each_line({"ls-files", "-t", "--stage"}, [&](std::string_view line) {
    if (line.starts_with(skipped) || line.substr(2).starts_with(submodule)) return;
    const auto object = line.substr(2 + submodule.size() + 1);
    files.push_back({std::string(line.substr(2, submodule.size())),
                     std::string(object.substr(0, object.find(' '))),
                     std::string(line.substr(line.find('\t') + 1))});
  });
  return files;
}

bool is_chosen(const GitInTree& git, const std::string& path) {
  return !git({"ls-files", "-t", "--", path}).starts_with(skipped);
}

std::set<std::string> chosen_objects(const GitInTree& git) {
  std::set<std::string> objects;
  for (auto& object : lines_of(git.with_patterns({"ls-files", "--format=%(objectname)", "--",
                                                  ":(glob)**/.gitattributes", ".gitmodules"})))
    objects.insert(std::move(object));
  for (auto& file : chosen_files(git))
    objects.insert(std::move(file.object));
  return objects;
}

void fetch_chosen_objects(const Git& git, const GitInTree& in_tree, const Path& tree,
                          const Parts& parts, const std::function<void()>& on_commit) {
  const PartialClone clone(git, tree, in_tree.commit());
  on_commit();
  choose_files(in_tree, tree, parts);
  clone.fetch_missing(chosen_objects(in_tree));
}

}  // namespace content
