#include "sync/git/checkout.h"

#include "base/files.h"
#include "sync/git/changed_objects.h"
#include "sync/git/git_in_tree.h"
#include "sync/git/large_file_settings.h"
#include "sync/report/failure.h"
#include "sync/volume/features.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>

namespace content {
namespace {

namespace fs = std::filesystem;

/// Files that git has a filter for, by their attributes.
constexpr const char* large_files_pattern = ":(attr:filter=lfs)";

/// Whether a bare repository was made for this commit and has been asked for no other.
bool holds_only(const Git& git, const Path& bare, const std::string& commit) {
  if (git({"-C", bare.string(), "for-each-ref", "--format=%(objectname) %(refname)"}) !=
      commit + " refs/gradient/" + commit + "\n") {
    return false;
  }
  const auto packs = fs::directory_iterator(bare / "objects" / "pack");
  return std::count_if(begin(packs), end(packs), [](const fs::directory_entry& file) {
           return file.path().extension() == ".pack";
         }) == 1;
}

/// What a copy of all that a mirror has takes.
Need need_of_packs(const Path& mirror) {
  Need need;
  for (const auto& file : fs::directory_iterator(mirror / "objects" / "pack")) {
    need.bytes += static_cast<std::int64_t>(file.file_size());
    ++need.files;
  }
  return need;
}

/// As from a server: the tree gets what its commit needs, whatever else the mirror has.
void fetch_from_mirror(const GitInTree& git, const Path& mirror, bool full_history) {
  std::vector<std::string> fetch = {
      "-c",
      "protocol.file.allow=always",
      "-c",
      "core.logAllRefUpdates=false",  // a clone writes no log of its refs
      "fetch",
      "--quiet",
      "--no-tags",
      "--no-write-fetch-head",
      "--upload-pack=git -c uploadpack.allowAnySHA1InWant=true upload-pack"};
  // The server may be a shallow clone itself, and so the mirror.
  fetch.emplace_back(full_history ? "--update-shallow" : "--depth=1");
  fetch.insert(fetch.end(), {"--", "file://" + mirror.string(), git.commit()});
  if (full_history) {
    fetch.insert(fetch.end(), {"refs/gradient/of/refs/heads/*:refs/remotes/origin/*",
                               "refs/gradient/of/refs/tags/*:refs/tags/*"});
  }
  try {
    git(std::move(fetch));
  } catch (const Failure& failure) {
    // No network is between, and the mirror was asked for nothing but what it is to have.
    if (failure.reason != "GitReferenceNotFound" && failure.reason != "GitRepositoryNotFound")
      throw;
    throw Failure("SyncFailed", failure.what(), Failure::Kind::Damage);
  }
}

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

/// Whether a line that begins with a mode of git is about a symbolic link.
bool is_link(const std::string& line) {
  return line.starts_with("120000 ");
}

struct NeedOfFiles : Need {
  bool has_symbolic_links = false;
};

/// What the commit's own files take, and the folders that they are in.
NeedOfFiles need_of_files(const GitInTree& git) {
  NeedOfFiles need;
  for (const auto& line : lines_of(
           git({"ls-tree", "-r", "-t", "--format=%(objectmode) %(objectsize)", git.commit()}))) {
    const auto size = line.substr(line.find(' ') + 1);
    if (size != "-") need.bytes += std::stoll(size);  // else a folder or a submodule
    ++need.files;
    if (is_link(line)) need.has_symbolic_links = true;
  }
  return need;
}

/// The first of the commit's symbolic links, as git writes a path.
std::string first_symbolic_link(const GitInTree& git) {
  for (const auto& line :
       lines_of(git({"ls-tree", "-r", "--format=%(objectmode) %(path)", git.commit()})))
    if (is_link(line)) return line.substr(line.find(' ') + 1);
  return {};
}

std::vector<std::string> filtered_files(const GitInTree& git) {
  return lines_of(git.with_patterns({"ls-files", "-z", "--", large_files_pattern}), '\0');
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

/// `for_copies`: bytes that are needed besides.
void fetch_large_files(const GitInTree& git, const LargeFileStore& store,
                       const std::vector<LargeFile>& files, std::int64_t for_copies) {
  const auto missing = store.prepare(files);
  require_space(store.path(), git.url() + ": the content of its large files (LFS)",
                {store.bytes_to_come(missing) + for_copies, missing.size()});
  if (missing.empty()) return;
  try {
    git.fetch_large_files(store, total_bytes(missing));
  } catch (const Failure&) {
    // git-lfs also asks for files that look like a pointer and, by .gitattributes, are none.
    const auto is_there = [&](const LargeFile& file) { return store.has(file); };
    if (!std::all_of(missing.begin(), missing.end(), is_there)) throw;
  }
}

/// Has git take what was put there instead of pointers for them. It compares the content of files
/// that are as new as its index (Documentation/technical/racy-git), and an app's git, which may
/// know nothing of LFS, would find that large files are not their pointers. One that is old enough
/// keeps its time: it may be another checkout's, too.
void refresh_index(const GitInTree& git, const Path& tree, const std::vector<LargeFile>& files) {
  git.forget_size_and_time(large_files_pattern);
  const auto before = fs::last_write_time(tree / ".git" / "index") - std::chrono::seconds(2);
  for (const auto& file : files)
    if (fs::last_write_time(tree / file.path) > before)
      fs::last_write_time(tree / file.path, before);
  // Also when a file is no pointer as its attributes demand. What git compares is the content's
  // pointer: that is known, and git-lfs would copy the content into .git to say it.
  git({"-c", "filter.lfs.clean=git cat-file blob :0:%f", "status", "--porcelain",
       "--untracked-files=no", "--ignore-submodules=all"});
}

/// Has git write the content of large files over pointers that only git-lfs can read.
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

/// Entries of .gitmodules that the tree has. Those that it has not are left-overs, and an entry of
/// the tree that .gitmodules does not name stays an empty folder, as after a clone.
std::vector<Submodule> submodules_in(const GitInTree& git) {
  if (!has_file(git, ".gitmodules")) return {};
  constexpr std::string_view prefix = "submodule.";
  constexpr std::string_view suffix = ".path";
  const auto values = configuration(git, ".gitmodules");
  std::vector<Submodule> result;
  for (const auto& [key, path] : values) {
    if (!key.starts_with(prefix) || !key.ends_with(suffix) ||
        key.size() < prefix.size() + suffix.size()) {
      continue;
    }
    const auto section = key.substr(0, key.size() - suffix.size());
    const auto commit = commit_at(git, path);
    if (commit.empty() || value(values, section + ".update") == "none") continue;
    git({"submodule", "--quiet", "init", "--", path});  // which resolves "../lib"
    const auto url = without_newline(git({"config", "--default", "", "--get", section + ".url"}));
    if (url.empty()) continue;  // two sections have this path, and git uses the other
    result.push_back({path, url, commit});
  }
  return result;
}

/// The tree of a repository or of one of its submodules, made in four steps.
class Checkout {
 public:
  Checkout(const Git& git, Mirrors& mirrors, const Path& tree, const Resolved& wanted,
           Access access, std::optional<ReusableContent> reusable)
      : git_(git),
        mirrors_(mirrors),
        tree_(tree),
        wanted_(wanted),
        access_(access),
        reusable_(std::move(reusable)),
        git_in_tree_(git, tree, wanted.commit) {}

  /// Gives the submodules, outer ones first.
  std::vector<Submodule> run() {
    try {
      make_tree();
    } catch (const Failure& failure) {
      // A damaged mirror may show at any step. Other deployments have their commits in it, too: so
      // what is not known for damage leaves it there.
      if (failure.kind != Failure::Kind::Damage || !mirrors_.discard(git_.url())) throw;
      fs::remove_all(tree_);
      make_tree();
    }
    mirrors_.release();
    return submodules();
  }

 private:
  void make_tree() {
    objects();
    files();
    large_files();
  }

  void objects() {
    if (fetch_what_changed()) return;
    mirror_ = mirrors_.fetch(git_, wanted_);
    git_.init(tree_, wanted_.commit, false);
    if (mirrors_.full_history()) {
      require_space(tree_, git_.url() + ": its history", need_of_packs(mirror_));
      fetch_from_mirror(git_in_tree_, mirror_, true);
      git_in_tree_({"pack-refs", "--all"});  // one file, as a clone has them
    } else if (!copy_pack()) {
      fetch_from_mirror(git_in_tree_, mirror_, false);
    }
    git_in_tree_({"remote", "add", "origin", git_.url()});
    // It changes with each other name that a file gets or loses.
    if (access_ == Access::ReadOnly) git_in_tree_({"config", "core.trustctime", "false"});
  }

  /// False when there is no tree before, or when the server cannot give parts of a commit.
  bool fetch_what_changed() {
    if (!reusable_ || reusable_->before.empty()) return false;
    try {
      fetch_changed_objects(git_, tree_, wanted_.commit, reusable_->before);
      return true;
    } catch (const Failure& failure) {
      if (failure.reason != "GitReferenceNotFound") throw;
    }
    fs::remove_all(tree_);
    return false;
  }

  /// A mirror that has nothing but the commit gives its pack as it is: to fetch from it would take
  /// the pack apart and put it together again. False when it has more.
  bool copy_pack() const {
    if (!holds_only(git_, mirror_, wanted_.commit)) return false;
    const auto packs = Path("objects") / "pack";
    const auto put = access_ == Access::ReadOnly ? link_or_copy : copy_regular_file;
    fs::create_directories(tree_ / ".git" / packs);
    for (const auto& file : fs::directory_iterator(mirror_ / packs))
      put(file.path(), tree_ / ".git" / packs / file.path().filename());
    if (fs::exists(mirror_ / "shallow"))
      copy_regular_file(mirror_ / "shallow", tree_ / ".git" / "shallow");
    return true;
  }

  /// Large files come out as pointers: these tell how much room the content needs.
  void files() const {
    const auto need = need_of_files(git_in_tree_);
    // git would write a file instead of each link and say nothing.
    if (need.has_symbolic_links)
      require_symbolic_links(
          tree_, git_.url() + ": " + first_symbolic_link(git_in_tree_) + " is a symbolic link");
    require_space(tree_, git_.url() + ": the checkout", need);
    git_in_tree_({"checkout", "--quiet", "--force", "--detach", wanted_.commit});
  }

  void large_files() const {
    const auto names = filtered_files(git_in_tree_);
    if (names.empty()) return;
    check_large_file_settings(git_, tree_, names);
    const auto files = pointers_in(tree_, names);
    if (reusable_) {
      fetch_large_files(git_in_tree_, reusable_->large_files, files, 0);
      reusable_->large_files.place(files, tree_, Placing::Move);
      return;
    }
    const LargeFileStore store(mirror_ / "lfs");
    const bool is_writable = access_ == Access::Writable;
    fetch_large_files(git_in_tree_, store, files, is_writable ? total_bytes(files) : 0);
    replace_pointers(git_in_tree_, store, tree_, {names.begin(), names.end()}, files);
    store.place(files, tree_, is_writable ? Placing::Copy : Placing::Link);
    refresh_index(git_in_tree_, tree_, files);
  }

  std::vector<Submodule> submodules() const {
    std::vector<Submodule> all;
    for (const auto& submodule : submodules_in(git_in_tree_)) {
      all.push_back(submodule);
      for (auto& inner : submodules_of(submodule)) {
        inner.path = submodule.path + "/" + inner.path;
        all.push_back(std::move(inner));
      }
    }
    return all;
  }

  /// Makes a submodule's tree and gives the submodules that it has itself.
  std::vector<Submodule> submodules_of(const Submodule& submodule) const {
    try {
      if (!git_.may_fetch(submodule.url)) {
        throw Failure("GitSubmoduleRefused",
                      "its URL must begin with https://, http:// or ssh:// and carry no password");
      }
      auto reusable = reusable_;
      if (reusable && !reusable->before.empty()) reusable->before /= submodule.path;
      return Checkout(git_.at(submodule.url), mirrors_, own_folder(tree_, submodule.path),
                      {submodule.commit, submodule.commit}, access_, std::move(reusable))
          .run();
    } catch (const Failure& failure) {
      throw with_prefix("submodule " + submodule.path, failure);
    }
  }

  const Git& git_;
  Mirrors& mirrors_;
  Path tree_;
  Resolved wanted_;
  Access access_;
  std::optional<ReusableContent> reusable_;
  GitInTree git_in_tree_;
  Path mirror_;  ///< that the objects are from; empty: none
};

CheckedOut check_out_all(const Git& git, Mirrors& mirrors, const Path& tree, const Resolved& wanted,
                         Access access, std::optional<ReusableContent> reusable) {
  auto submodules = Checkout(git, mirrors, tree, wanted, access, std::move(reusable)).run();
  const GitInTree git_in_tree(git, tree, wanted.commit);
  // As a clone has them: below the top's .git, where a removed submodule leaves its history.
  if (!submodules.empty()) git_in_tree({"submodule", "--quiet", "absorbgitdirs"});
  return {without_newline(git_in_tree({"rev-parse", "HEAD"})), std::move(submodules)};
}

}  // namespace

CheckedOut check_out(const Git& git, Mirrors& mirrors, const Path& tree, const Resolved& wanted,
                     Access access) {
  return check_out_all(git, mirrors, tree, wanted, access, {});
}

CheckedOut check_out_read_only(const Git& git, Mirrors& mirrors, const Path& tree,
                               const Resolved& wanted, const ReusableContent& reusable) {
  return check_out_all(git, mirrors, tree, wanted, Access::ReadOnly, reusable);
}

}  // namespace content
