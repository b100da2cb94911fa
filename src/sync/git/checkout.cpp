#include "sync/git/checkout.h"

#include "base/files.h"
#include "sync/git/changed_objects.h"
#include "sync/git/files_of_commit.h"
#include "sync/git/git_in_tree.h"
#include "sync/git/large_file_settings.h"
#include "sync/git/large_files_in_tree.h"
#include "sync/git/sparse_checkout.h"
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

/// The same of what is in a submodule, by paths from its top.
Selection selection_in(const Selection& selection, const std::string& submodule) {
  if (selection.which != Selection::Which::Listed) return selection;
  Selection inner{Selection::Which::Listed};
  for (const auto& path : selection.listed)
    if (path != submodule && is_at_or_in(path, submodule))
      inner.listed.push_back(path.substr(submodule.size() + 1));
  return inner;
}

/// Entries of .gitmodules that the tree has and that are selected. Those that it has not are
/// left-overs, and an entry of the tree that .gitmodules does not name stays an empty folder, as
/// after a clone.
std::vector<Submodule> submodules_in(const GitInTree& git, const Parts& parts) {
  if (!has_file(git, ".gitmodules")) return {};
  constexpr std::string_view prefix = "submodule.";
  constexpr std::string_view suffix = ".path";
  const auto& selection = parts.submodules;
  const auto values = configuration(git, ".gitmodules");
  std::vector<Submodule> result;
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
    if (!parts.paths.empty() && !is_chosen(git, path)) continue;
    git({"submodule", "--quiet", "init", "--", path});  // which resolves "../lib"
    const auto url = without_newline(git({"config", "--default", "", "--get", section + ".url"}));
    if (url.empty()) continue;  // two sections have this path, and git uses the other
    result.push_back({path, url, commit});
  }
  return result;
}

/// Throws Failure when a submodule is listed that is none.
void require_listed(const GitInTree& git, const Selection& selection,
                    const std::vector<Submodule>& submodules) {
  for (const auto& path : selection.listed) {
    const bool is_there =
        std::any_of(submodules.begin(), submodules.end(),
                    [&](const Submodule& submodule) { return is_at_or_in(path, submodule.path); });
    if (is_there) continue;
    throw Failure("GitPathNotFound", git.url() + ": there is no submodule " + path +
                                         " in the commit, or paths leaves it out; correct "
                                         "repositories.repositories[].submodules, which names it");
  }
}

/// What the trees of a repository and of its submodules have in common.
struct Whole {
  Limits limits;
  Need used = {};                    ///< by the trees that are made
  std::set<std::string> unfit = {};  ///< patterns that have fitted no large file yet
};

/// The tree of a repository or of one of its submodules, made in four steps.
class Checkout {
 public:
  /// `depth`: of the tree's top in the whole.
  Checkout(const Git& git, Mirrors& mirrors, const Path& tree, const Resolved& wanted,
           CheckoutOptions options, std::optional<ReusableContent> reusable, Whole& whole,
           std::int64_t depth)
      : git_(git),
        mirrors_(mirrors),
        tree_(tree),
        wanted_(wanted),
        access_(options.access),
        parts_(std::move(options.parts)),
        reusable_(std::move(reusable)),
        whole_(whole),
        depth_(depth),
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
    whole_.used.files += need_.files;
    whole_.used.bytes += need_.bytes;
    return submodules();
  }

 private:
  void make_tree() {
    objects();
    files();
    large_files();
  }

  void objects() {
    mirror_.clear();
    if (fetch_parts()) return;
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
    if (parts_.paths.empty()) return;
    require_countable(git_in_tree_, allowance());
    choose_paths(git_in_tree_, tree_, parts_.paths);
  }

  /// Brings what the tree before has not, or what is chosen by paths. False when it is all that is
  /// wanted, or when the server cannot give parts of a commit.
  bool fetch_parts() const {
    const bool has_before = reusable_ && !reusable_->before.empty();
    if (!has_before && parts_.paths.empty()) return false;
    const auto on_commit = [&] { require_countable(git_in_tree_, allowance()); };
    try {
      if (has_before) {
        fetch_changed_objects(git_, tree_, wanted_.commit, reusable_->before, on_commit);
      } else {
        fetch_chosen_objects(git_, git_in_tree_, tree_, parts_.paths, on_commit);
      }
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
  void files() {
    // It changes with each other name that a file gets or loses.
    if (access_ == Access::ReadOnly) git_in_tree_({"config", "core.trustctime", "false"});
    const auto need = parts_.paths.empty() ? need_of_files(git_in_tree_, allowance())
                                           : need_of_chosen_files(git_in_tree_, allowance());
    need_ = need;
    // git would write a file instead of each link and say nothing.
    if (!need.symbolic_link.empty())
      require_symbolic_links(tree_, git_.url() + ": " + need.symbolic_link + " is a symbolic link");
    require_space(tree_, git_.url() + ": the checkout", need);
    git_in_tree_({"checkout", "--quiet", "--force", "--detach", wanted_.commit});
  }

  void large_files() {
    const auto names = large_file_names(git_in_tree_, parts_.large_files, whole_.unfit);
    if (names.empty()) return;
    check_large_file_settings(git_, tree_, names);
    const auto files = pointers_in(tree_, names);
    need_.bytes += total_bytes(files);
    require_bytes(whole_.limits, git_.url(), whole_.used.bytes + need_.bytes);
    if (reusable_) {
      fetch_large_files(git_in_tree_, reusable_->large_files, tree_, files, Fetching::AllOfCommit,
                        0);
      reusable_->large_files.place(files, tree_, Placing::Move);
      return;
    }
    if (mirror_.empty()) mirror_ = mirrors_.open(git_, wanted_);
    const LargeFileStore store(mirror_ / "lfs");
    const bool is_writable = access_ == Access::Writable;
    const bool are_all = parts_.paths.empty() && parts_.large_files.which == Selection::Which::All;
    fetch_large_files(git_in_tree_, store, tree_, files,
                      are_all ? Fetching::AllOfCommit : Fetching::TheseAlone,
                      is_writable ? total_bytes(files) : 0);
    replace_pointers(git_in_tree_, store, tree_, {names.begin(), names.end()}, files);
    store.place(files, tree_, is_writable ? Placing::Copy : Placing::Link);
    refresh_index(git_in_tree_, tree_, files);
  }

  std::vector<Submodule> submodules() const {
    std::vector<Submodule> all;
    const auto wanted = submodules_in(git_in_tree_, parts_);
    require_listed(git_in_tree_, parts_.submodules, wanted);
    for (const auto& submodule : wanted) {
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
      const auto parts_in_path = 1 + std::count(submodule.path.begin(), submodule.path.end(), '/');
      auto reusable = reusable_;
      if (reusable && !reusable->before.empty()) reusable->before /= submodule.path;
      return Checkout(git_.at(submodule.url), mirrors_, own_folder(tree_, submodule.path),
                      {submodule.commit, submodule.commit}, {access_, parts_in(submodule)},
                      std::move(reusable), whole_, depth_ + parts_in_path)
          .run();
    } catch (const Failure& failure) {
      throw with_prefix("submodule " + submodule.path, failure);
    }
  }

  Allowance allowance() const { return {whole_.limits, whole_.used, depth_}; }

  Parts parts_in(const Submodule& submodule) const {
    return {.submodules = selection_in(parts_.submodules, submodule.path),
            .large_files = parts_.large_files};
  }

  const Git& git_;
  Mirrors& mirrors_;
  Path tree_;
  Resolved wanted_;
  Access access_;
  Parts parts_;
  std::optional<ReusableContent> reusable_;
  Whole& whole_;
  std::int64_t depth_;
  GitInTree git_in_tree_;
  Need need_;    ///< of the tree, as far as it is made
  Path mirror_;  ///< that the objects are from; empty: none
};

CheckedOut check_out_all(const Git& git, Mirrors& mirrors, const Path& tree, const Resolved& wanted,
                         const CheckoutOptions& options, std::optional<ReusableContent> reusable) {
  const auto& large_files = options.parts.large_files.listed;
  Whole whole{.limits = options.limits, .unfit = {large_files.begin(), large_files.end()}};
  auto submodules =
      Checkout(git, mirrors, tree, wanted, options, std::move(reusable), whole, 0).run();
  const GitInTree git_in_tree(git, tree, wanted.commit);
  if (!whole.unfit.empty()) {
    throw Failure("GitPathNotFound", git.url() + ": repositories.repositories[].lfs has " +
                                         *whole.unfit.begin() +
                                         ", which fits no large file (LFS) of the commit; correct "
                                         "it, or remove it");
  }
  // As a clone has them: below the top's .git, where a removed submodule leaves its history.
  if (!submodules.empty()) git_in_tree({"submodule", "--quiet", "absorbgitdirs"});
  return {without_newline(git_in_tree({"rev-parse", "HEAD"})), std::move(submodules)};
}

}  // namespace

CheckedOut check_out(const Git& git, Mirrors& mirrors, const Path& tree, const Resolved& wanted,
                     const CheckoutOptions& options) {
  return check_out_all(git, mirrors, tree, wanted, options, {});
}

CheckedOut check_out_read_only(const Git& git, Mirrors& mirrors, const Path& tree,
                               const Resolved& wanted, const ReusableContent& reusable) {
  return check_out_all(git, mirrors, tree, wanted,
                       {.access = Access::ReadOnly, .limits = reusable.limits}, reusable);
}

}  // namespace content
