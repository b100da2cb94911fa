#include "sync/git/large_files_in_tree.h"

#include "base/files.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <chrono>
#include <map>

namespace content {
namespace {

namespace fs = std::filesystem;

/// Files that git has a filter for, by their attributes.
constexpr const char* large_files_pattern = ":(attr:filter=lfs)";

/// Those that a pattern of gitignore(5) fits; of all, when it is empty.
std::vector<std::string> names_that_fit(const GitInTree& git, const std::string& pattern) {
  std::vector<std::string> command{"ls-files", "-z", "-t"};
  if (!pattern.empty())
    command.insert(command.end(), {"--cached", "--ignored", "--exclude=" + pattern});
  command.insert(command.end(), {"--", large_files_pattern});
  std::vector<std::string> names;
  // "H PATH"; "S PATH" of a file that a sparse checkout has not (git-ls-files(1), -t)
  for (const auto& line : lines_of(git.with_patterns(std::move(command)), '\0'))
    if (!line.starts_with("S ")) names.push_back(line.substr(2));
  return names;
}

/// A folder of git's with the pointers of these files under other names, for git-lfs, which takes
/// patterns of names and no list. It is removed from the repository with its owner.
class FolderOfPointers {
 public:
  FolderOfPointers(const GitInTree& git, const Path& tree, const std::vector<LargeFile>& files) {
    std::set<std::string> wanted;
    for (const auto& file : files)
      wanted.insert(file.path);
    std::string entries;
    // "100644 OBJECT 0<tab>PATH"
    for (const auto& line : lines_of(
             git.with_patterns({"ls-files", "-z", "--stage", "--", large_files_pattern}), '\0')) {
      const auto tab = line.find('\t');
      const auto object = line.substr(line.find(' ') + 1);
      if (wanted.contains(line.substr(tab + 1)))
        entries += "100644 blob " + object.substr(0, object.find(' ')) + "\t" +
                   std::to_string(entries.size()) + "\n";
    }
    object_ = git.with_input({"mktree"}, entries);
    object_.erase(object_.find_last_not_of('\n') + 1);
    file_ = tree / ".git" / "objects" / object_.substr(0, 2) / object_.substr(2);
  }
  ~FolderOfPointers() {
    std::error_code ignored;
    fs::remove(file_, ignored);
    fs::remove(file_.parent_path(), ignored);  // unless it has others
  }
  FolderOfPointers(const FolderOfPointers&) = delete;
  FolderOfPointers& operator=(const FolderOfPointers&) = delete;
  const std::string& object() const { return object_; }

 private:
  std::string object_;
  Path file_;
};

}  // namespace

std::vector<std::string> large_file_names(const GitInTree& git, const Selection& selection,
                                          std::set<std::string>& unfit) {
  if (selection.which == Selection::Which::None) return {};
  if (selection.which == Selection::Which::All) return names_that_fit(git, "");
  std::set<std::string> all;
  for (const auto& pattern : selection.listed) {
    const auto names = names_that_fit(git, pattern);
    if (!names.empty()) unfit.erase(pattern);
    all.insert(names.begin(), names.end());
  }
  return {all.begin(), all.end()};
}

std::vector<LargeFile> pointers_in(const Path& tree, const std::vector<std::string>& names) {
  constexpr std::size_t longest = 1024;  // as git-lfs has it
  std::vector<LargeFile> result;
  for (const auto& name : names) {
    const auto path = tree / name;
    if (!fs::is_regular_file(fs::symlink_status(path)) || fs::file_size(path) > longest) continue;
    auto file = read_pointer(base::read_file(path));
    if (!file) continue;
    file->path = name;
    result.push_back(*std::move(file));
  }
  return result;
}

void fetch_large_files(const GitInTree& git, const LargeFileStore& store, const Path& tree,
                       const std::vector<LargeFile>& files, Fetching fetching,
                       std::int64_t for_copies) {
  const auto missing = store.prepare(files);
  require_space(store.path(), git.told_url() + ": the content of its large files (LFS)",
                {store.bytes_to_come(missing) + for_copies, missing.size()});
  if (missing.empty()) return;
  if (fetching == Fetching::TheseAlone) {
    const FolderOfPointers pointers(git, tree, files);
    return git.fetch_large_files(store, {"--include=", "--exclude=", "origin", pointers.object()},
                                 missing);
  }
  try {
    git.fetch_large_files(store, {"origin", git.commit()}, missing);
  } catch (const Failure&) {
    // git-lfs also asks for files that look like a pointer and, by .gitattributes, are none.
    const auto is_there = [&](const LargeFile& file) { return store.has(file); };
    if (!std::all_of(missing.begin(), missing.end(), is_there)) throw;
  }
}

void refresh_index(const GitInTree& git, const Path& tree, const std::vector<LargeFile>& files) {
  git.forget_size_and_time(large_files_pattern);
  // git compares the content of files that are as new as its index
  // (Documentation/technical/racy-git), and an app's git, which may know nothing of LFS, would find
  // that large files are not their pointers. One that is old enough keeps its time: it may be
  // another checkout's, too.
  const auto before = fs::last_write_time(tree / ".git" / "index") - std::chrono::seconds(2);
  for (const auto& file : files)
    if (fs::last_write_time(tree / file.path) > before)
      fs::last_write_time(tree / file.path, before);
  // Also when a file is no pointer as its attributes demand. What git compares is the content's
  // pointer: that is known, and git-lfs would copy the content into .git to say it.
  git({"-c", "filter.lfs.clean=git cat-file blob :0:%f", "status", "--porcelain",
       "--untracked-files=no", "--ignore-submodules=all"});
}

void replace_pointers(const GitInTree& git, const LargeFileStore& store, const Path& tree,
                      std::set<std::string> names, const std::vector<LargeFile>& but) {
  for (const auto& file : but)
    names.erase(file.path);
  if (names.empty()) return;
  for (const auto& name : names)
    fs::remove(tree / name);
  git({"-c", "lfs.storage=" + store.path().string(), "-c",
       "filter.lfs.process=git-lfs filter-process", "-c", "filter.lfs.required=true", "checkout",
       "--quiet", "--force"});
}

}  // namespace content
