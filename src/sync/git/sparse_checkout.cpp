#include "sync/git/sparse_checkout.h"

#include "sync/git/partial_clone.h"
#include "sync/report/failure.h"

namespace content {
namespace {

/// Before the path of a file that is not chosen (git-ls-files(1), -t).
constexpr std::string_view skipped = "S ";
constexpr std::string_view submodule = "160000";

bool fits_something(const GitInTree& git, const std::string& pattern) {
  bool fits = false;
  git.each_line({"ls-files", "--cached", "--ignored", "--exclude=" + pattern},
                [&](std::string_view) { fits = true; });
  return fits;
}

void require_fit(const GitInTree& git, const std::vector<std::string>& patterns) {
  for (const auto& pattern : patterns) {
    if (pattern.front() == '!' || fits_something(git, pattern)) continue;
    throw Failure("GitPathNotFound", git.url() + ": repositories.repositories[].paths has " +
                                         pattern +
                                         ", which fits no file of the commit; correct "
                                         "it, or remove it");
  }
}

}  // namespace

void choose_paths(const GitInTree& git, const Path& tree,
                  const std::vector<std::string>& patterns) {
  git({"read-tree", git.commit()});
  require_fit(git, patterns);
  std::string lines;
  for (const auto& pattern : patterns)
    lines += pattern + "\n";
  // git-lfs reads the commit's where the tree has none, and this is what is checked.
  lines += "/.lfsconfig\n";
  own_folder(tree, ".git/info");
  write_file(tree / ".git" / "info" / "sparse-checkout", lines);
  // `git sparse-checkout` would make them settings of one worktree of several, by an extension of
  // the repository's format that not every program knows.
  git({"config", "core.sparseCheckout", "true"});
  git({"config", "core.sparseCheckoutCone", "false"});
  // Files are written by the checkout: those of the index are as they were, and are left alone.
  git({"read-tree", "-m", "-u", git.commit()});
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

void fetch_chosen_objects(const Git& git, const GitInTree& in_tree, const Path& tree,
                          const std::vector<std::string>& patterns,
                          const std::function<void()>& on_commit) {
  const PartialClone clone(git, tree, in_tree.commit());
  on_commit();
  choose_paths(in_tree, tree, patterns);
  auto missing = clone.missing();
  PartialClone::Words wanted;
  const auto want = [&](std::string object) {
    if (missing.erase(object) > 0) wanted.push_back(std::move(object));
  };
  for (auto& object : lines_of(clone({"ls-files", "--format=%(objectname)", "--",
                                      ":(glob)**/.gitattributes", ".gitmodules"})))
    want(std::move(object));
  for (auto& file : chosen_files(in_tree))
    want(std::move(file.object));
  clone.fetch(wanted);
}

}  // namespace content
