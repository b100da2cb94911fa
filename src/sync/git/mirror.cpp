#include "sync/git/mirror.h"

#include "base/hash.h"
#include "sync/report/failure.h"

#include <functional>
#include <vector>

namespace content {
namespace {

namespace fs = std::filesystem;

// refs/gradient/COMMIT keeps a commit from git's garbage collection; refs/gradient/of/ has the
// server's refs.
constexpr const char* all_branches = "refs/heads/*:refs/gradient/of/refs/heads/*";
constexpr const char* all_tags = "refs/tags/*:refs/gradient/of/refs/tags/*";

std::string kept(const Resolved& wanted) {
  return "refs/gradient/" + wanted.commit;
}

/// Whether it is there with all that it is made of. Of a commit that no ref leads to a clean-up
/// that was killed may have left a part, so git looks at all of it, as git-fetch(1) does.
bool has_commit(const Git& git, const Path& bare, const Resolved& wanted) {
  try {
    git({"-C", bare.string(), "cat-file", "-e", wanted.commit + "^{commit}"});
    git({"-C", bare.string(), "rev-list", "--objects", "--quiet", "--ignore-missing", wanted.commit,
         "--not", "--all"});
    return true;
  } catch (const Failure&) {
    return false;
  }
}

/// What an object is that is no commit and no tag of one; empty when it is not there.
std::string other_kind(const Git& git, const Path& bare, const Resolved& wanted) {
  try {
    return without_newline(git({"-C", bare.string(), "cat-file", "-t", wanted.commit + "^{}"}));
  } catch (const Failure&) {
    return {};
  }
}

void keep(const Git& git, const Path& bare, const Resolved& wanted) {
  if (!has_commit(git, bare, wanted)) {
    const auto kind = other_kind(git, bare, wanted);
    throw Failure("GitReferenceNotFound",
                  git.told_url() + ": " +
                      (kind.empty() || kind == "commit"
                           ? "no branch or tag of the repository has " + wanted.commit +
                                 "; name one that exists"
                           : wanted.name + " leads to a " + (kind == "blob" ? "file" : kind) +
                                 ", and not to a commit; name a branch, tag or commit"));
  }
  // The ref may name an annotated tag by its ID. A clean-up knows checkouts by their commits.
  const auto commit = without_newline(
      git({"-C", bare.string(), "rev-parse", "--verify", wanted.commit + "^{commit}"}));
  git({"-C", bare.string(), "update-ref", kept({commit, commit}), commit});
}

void fetch_refs(const Git& git, const Path& bare, std::vector<std::string> what) {
  what.insert(what.begin(), {"-C", bare.string(), "fetch", "--progress", "--no-tags",
                             "--no-write-fetch-head", "--force"});
  git(what);
}

/// The same of all branches and tags. A repository may have many thousands, and each file costs a
/// volume of a network several calls: so they are in one.
void fetch_all_refs(const Git& git, const Path& bare, std::vector<std::string> what) {
  what.insert(what.end(), {all_branches, all_tags});
  fetch_refs(git, bare, std::move(what));
  git({"-C", bare.string(), "pack-refs", "--all"});
}

/// Whether the server gives what `fetch` asks for. Some give no commits but those that their refs
/// name: protocol v0 without uploadpack.allowReachableSHA1InWant or allowAnySHA1InWant.
bool can(const std::function<void()>& fetch) {
  try {
    fetch();
    return true;
  } catch (const Failure& failure) {
    if (failure.reason != "GitReferenceNotFound") throw;
    return false;
  }
}

/// Brings the commit into a bare repository that has it not: alone where the server can, else with
/// its branch, else with everything.
void fetch_commit(const Git& git, const Path& bare, const Resolved& wanted) {
  if (can([&] {
        fetch_refs(git, bare, {"--depth=1", "--", git.url(), wanted.commit + ":" + kept(wanted)});
      })) {
    return keep(git, bare, wanted);  // what has this ID may be a tree or a file
  }
  if (wanted.name.starts_with("refs/")) {
    fetch_refs(git, bare, {"--", git.url(), wanted.name + ":refs/gradient/of/" + wanted.name});
    if (has_commit(git, bare, wanted)) return keep(git, bare, wanted);
  }
  fetch_all_refs(git, bare, {"--", git.url()});
  keep(git, bare, wanted);
}

/// Brings in everything, also what earlier fetches of single commits left out.
void fetch_all(const Git& git, const Path& bare, const Resolved& wanted) {
  // git's INFINITE_DEPTH, which is what --unshallow means; that itself is refused by a repository
  // that is not shallow.
  constexpr const char* infinite = "--depth=2147483647";
  const std::vector<std::string> all{infinite, "--prune", "--", git.url()};
  auto all_and_commit = all;
  all_and_commit.push_back(wanted.commit + ":" + kept(wanted));
  if (!can([&] { fetch_all_refs(git, bare, all_and_commit); })) fetch_all_refs(git, bare, all);
  keep(git, bare, wanted);
}

/// Whether git made it for itself, for as long as it runs (git-gc(1), lockfile.h, builtin/repack.c,
/// fetch-pack.c).
bool is_temporary(const Path& file, const Path& mirror) {
  const auto name = file.filename().string();
  if (name.ends_with(".lock") || file == mirror / "packed-refs.new") return true;
  if (!file.lexically_relative(mirror).string().starts_with("objects/")) return false;
  return name.starts_with("tmp_") || name.starts_with(".tmp-") || name.ends_with(".keep");
}

}  // namespace

std::string mirror_name(const std::string& url) {
  return base::short_hash(url);
}

Path mirror_claim(const Path& claims, const std::string& name) {
  return claims / ("mirror-" + name);
}

void remove_leftovers(const Path& mirror) {
  std::vector<Path> found;
  for (auto entry = fs::recursive_directory_iterator(mirror);
       entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->path() == mirror / "lfs") entry.disable_recursion_pending();
    if (is_temporary(entry->path(), mirror)) {
      found.push_back(entry->path());
      entry.disable_recursion_pending();
    }
  }
  for (const auto& path : found)
    fs::remove_all(path);
}

Mirrors::Mirrors(Path folder, Path claims, bool full_history, std::stop_token stop, OnWait on_wait)
    : folder_(std::move(folder)),
      claims_(std::move(claims)),
      full_history_(full_history),
      stop_(std::move(stop)),
      on_wait_(std::move(on_wait)) {}

void Mirrors::own(const std::string& url) {
  if (claim_ && url_ == url) return;
  release();
  claim_ = claim(mirror_claim(claims_, mirror_name(url)),
                 {.stop = stop_, .on_wait = [&](const Owner& owner) {
                    if (on_wait_) on_wait_(url, owner);
                  }});
  url_ = url;
  remove_left(*claim_, stop_);
}

void Mirrors::release() {
  claim_.reset();
}

void Mirrors::tell_progress(const json::Json& fields) {
  if (claim_) claim_->tell_progress(fields);
}

Path Mirrors::fetch(const Git& git, const Resolved& wanted) {
  return open(git, wanted, [&](const Path& bare) { bring(git, bare, wanted); });
}

Path Mirrors::open(const Git& git, const Resolved& wanted) {
  return open(git, wanted, [](const Path&) {});
}

Path Mirrors::open(const Git& git, const Resolved& wanted, const Fill& fill) {
  if (on_use_) on_use_(git.url(), wanted.commit);
  own(git.url());
  const auto mirror = folder_ / mirror_name(git.url());
  if (is_true_folder(mirror)) {
    claim_->require_ours();
    remove_leftovers(mirror);
    fill(mirror);
    return mirror;
  }
  const auto fresh = claim_->work() / "mirror";
  fs::remove_all(fresh);  // left by a try that failed
  git.init(fresh, wanted.commit, true);
  fill(fresh);
  made_.insert(git.url());
  claim_->require_ours();
  std::error_code ignored;  // a file or a link at its place is none of ours
  if (!is_true_folder(mirror)) fs::rename(mirror, claim_->work() / "no-mirror", ignored);
  return publish(fresh, mirror) ? mirror : fresh;
}

bool Mirrors::discard(const std::string& url) {
  if (!claim_ || url_ != url || made_.contains(url) || !claim_->is_ours()) return false;
  std::error_code error;
  fs::rename(folder_ / mirror_name(url), claim_->work() / unique_name("damaged-"), error);
  return !error;
}

void Mirrors::bring(const Git& git, const Path& bare, const Resolved& wanted) const {
  try {
    if (full_history_) return fetch_all(git, bare, wanted);
    if (!has_commit(git, bare, wanted)) return fetch_commit(git, bare, wanted);
    ask_for_leave(git, wanted);
    keep(git, bare, wanted);
  } catch (const Failure&) {
    claim_->require_ours();  // else it says nothing of the repository
    throw;
  }
}

/// Who was told a commit by the server, under a name of its own, has been let in.
void Mirrors::ask_for_leave(const Git& git, const Resolved& wanted) const {
  const bool is_told_by_server = wanted.name != wanted.commit;
  if (!is_given_ || is_told_by_server || is_given_(git.url(), wanted.commit)) return;
  git({"ls-remote", "--", git.url(), "HEAD"});
}

}  // namespace content
