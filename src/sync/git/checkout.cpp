#include "sync/git/checkout.h"

#include "base/files.h"
#include "sync/git/changed_objects.h"
#include "sync/git/files_of_commit.h"
#include "sync/git/git_in_tree.h"
#include "sync/git/gitmodules.h"
#include "sync/git/large_file_settings.h"
#include "sync/git/large_files_in_tree.h"
#include "sync/git/sparse_checkout.h"
#include "sync/report/failure.h"
#include "sync/volume/features.h"

#include <algorithm>
#include <chrono>
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

/// To give the repository's user and password would not help.
Failure with_remedy(const Failure& failure, const Git& git) {
  if (failure.reason != "GitAuthenticationFailed" || git.has_credential()) return failure;
  return {failure.reason,
          git.told_url() +
              ": the server asks for credentials, and there are none for it: those of the "
              "repository are sent to its own host alone; a GradientDeployment can give others in "
              "repositories.credentials"};
}

/// For the submodule of that path, with a '/' at its end.
ChooseFiles below(const std::string& prefix, const ChooseFiles& choose) {
  if (!choose) return {};
  return [prefix, choose](std::vector<std::string> paths) {
    for (auto& path : paths)
      path.insert(0, prefix);
    std::set<std::string> result;
    for (const auto& path : choose(paths))
      result.insert(path.substr(prefix.size()));
    return result;
  };
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
      require_space(tree_, git_.told_url() + ": its history", need_of_packs(mirror_));
      fetch_from_mirror(git_in_tree_, mirror_, true);
      git_in_tree_({"pack-refs", "--all"});  // one file, as a clone has them
    } else if (!copy_pack()) {
      fetch_from_mirror(git_in_tree_, mirror_, false);
    }
    git_in_tree_({"remote", "add", "origin", git_.origin()});
    if (parts_.has_all_files()) return;
    require_countable(git_in_tree_, allowance());
    choose_files(git_in_tree_, tree_, parts_);
  }

  /// Brings what the tree before has not, or what is chosen by paths. False when it is all that is
  /// wanted, or when the server cannot give parts of a commit.
  bool fetch_parts() const {
    const bool has_before = reusable_ && !reusable_->before.empty();
    if (!has_before && parts_.has_all_files()) return false;
    const auto on_commit = [&] { require_countable(git_in_tree_, allowance()); };
    try {
      if (has_before) {
        fetch_changed_objects(git_, git_in_tree_, tree_, parts_, reusable_->before, on_commit);
      } else {
        fetch_chosen_objects(git_, git_in_tree_, tree_, parts_, on_commit);
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
    const auto need = parts_.has_all_files() ? need_of_files(git_in_tree_, allowance())
                                             : need_of_chosen_files(git_in_tree_, allowance());
    need_ = need.room;
    // git would write a file instead of each link and say nothing.
    if (!need.symbolic_link.empty())
      require_symbolic_links(tree_,
                             git_.told_url() + ": " + need.symbolic_link + " is a symbolic link");
    require_space(tree_, git_.told_url() + ": the checkout", need_);
    git_in_tree_({"checkout", "--quiet", "--force", "--detach", wanted_.commit});
  }

  void large_files() {
    const auto names = large_file_names(git_in_tree_, parts_.large_files, whole_.unfit);
    if (names.empty()) return;
    check_large_file_settings(git_, tree_, names);
    const auto files = pointers_in(tree_, names);
    need_.bytes += total_bytes(files);
    require_bytes(whole_.limits, git_.told_url(), whole_.used.bytes + need_.bytes);
    const bool are_all =
        parts_.has_all_files() && parts_.large_files.which == Selection::Which::All;
    const auto fetching = are_all ? Fetching::AllOfCommit : Fetching::TheseAlone;
    if (reusable_) {
      fetch_large_files(git_in_tree_, reusable_->large_files, tree_, files, fetching, 0);
      reusable_->large_files.place(files, tree_, Placing::Move);
      return;
    }
    if (mirror_.empty()) mirror_ = mirrors_.open(git_, wanted_);
    const LargeFileStore store(mirror_ / "lfs");
    const bool is_writable = access_ == Access::Writable;
    fetch_large_files(git_in_tree_, store, tree_, files, fetching,
                      is_writable ? total_bytes(files) : 0);
    replace_pointers(git_in_tree_, store, tree_, {names.begin(), names.end()}, files);
    store.place(files, tree_, is_writable ? Placing::Copy : Placing::Link);
    refresh_index(git_in_tree_, tree_, files);
  }

  std::vector<Submodule> submodules() const {
    std::vector<Submodule> all;
    const auto wanted = submodules_in(git_in_tree_, parts_);
    require_listed(git_in_tree_, parts_.submodules, wanted);
    for (const auto& entry : wanted) {
      try {
        for (auto& submodule : submodules_of(entry))
          all.push_back(std::move(submodule));
      } catch (const Failure& failure) {
        throw with_prefix("submodule " + entry.path, failure);
      }
    }
    return all;
  }

  /// Makes a submodule's tree at the first of its places that gives it; that and the submodules
  /// that it has itself.
  std::vector<Submodule> submodules_of(const ModuleEntry& entry) const {
    std::optional<Failure> failure;
    for (const auto& git : git_.for_submodule(entry.name, entry.url)) {
      try {
        std::vector<Submodule> all = {{entry.path, git.url(), entry.commit}};
        for (auto& inner : submodule(git, entry).run()) {
          inner.path = entry.path + "/" + inner.path;
          all.push_back(std::move(inner));
        }
        return all;
      } catch (const Failure& found) {
        if (!failure) failure = with_remedy(found, git);
        if (found.kind != Failure::Kind::Permanent) break;
        fs::remove_all(own_folder(tree_, entry.path));
      }
    }
    throw Failure(*failure);
  }

  Checkout submodule(const Git& git, const ModuleEntry& entry) const {
    const auto parts_in_path = 1 + std::count(entry.path.begin(), entry.path.end(), '/');
    auto reusable = reusable_;
    if (reusable && !reusable->before.empty()) reusable->before /= entry.path;
    const Parts parts{.submodules = selection_in(parts_.submodules, entry.path),
                      .large_files = parts_.large_files,
                      .choose = below(entry.path + "/", parts_.choose)};
    return Checkout(git, mirrors_, own_folder(tree_, entry.path), {entry.commit, entry.commit},
                    {access_, parts}, std::move(reusable), whole_, depth_ + parts_in_path);
  }

  Allowance allowance() const { return {whole_.limits, whole_.used, depth_}; }

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
    throw Failure("GitPathNotFound", git.told_url() + ": repositories.repositories[].lfs has " +
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
                               const Resolved& wanted, const ReusableContent& reusable,
                               const ChooseFiles& choose) {
  return check_out_all(
      git, mirrors, tree, wanted,
      {.access = Access::ReadOnly, .parts = {.choose = choose}, .limits = reusable.limits},
      reusable);
}

}  // namespace content
