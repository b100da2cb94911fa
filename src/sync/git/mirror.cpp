#include "sync/git/mirror.h"

#include "base/hash.h"
#include "sync/report/failure.h"

namespace content {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Less than for the repository itself: two that are submodules of each other must not wait for
/// each other.
constexpr auto patience_for_submodules = 1min;

// refs/gradient/COMMIT keeps a commit from git's garbage collection; refs/gradient/of/ has the
// server's refs.
constexpr const char* all_branches = "refs/heads/*:refs/gradient/of/refs/heads/*";
constexpr const char* all_tags = "refs/tags/*:refs/gradient/of/refs/tags/*";

std::string kept(const Resolved& wanted) {
  return "refs/gradient/" + wanted.commit;
}

bool has_commit(const Git& git, const Path& bare, const Resolved& wanted) {
  try {
    git({"-C", bare.string(), "cat-file", "-e", wanted.commit + "^{commit}"});
    return true;
  } catch (const Failure&) {
    return false;
  }
}

void keep(const Git& git, const Path& bare, const Resolved& wanted) {
  if (!has_commit(git, bare, wanted)) {
    throw Failure("GitReferenceNotFound", git.url() + ": no branch or tag of the repository has " +
                                              wanted.commit + "; name one that exists");
  }
  git({"-C", bare.string(), "update-ref", kept(wanted), wanted.commit});
}

void fetch_refs(const Git& git, const Path& bare, std::vector<std::string> what) {
  what.insert(what.begin(), {"-C", bare.string(), "fetch", "--progress", "--no-tags",
                             "--no-write-fetch-head", "--force"});
  git(what);
}

/// False when the server gives no commits but those that its refs name: protocol v0 without
/// uploadpack.allowReachableSHA1InWant or allowAnySHA1InWant.
bool fetch_by_commit(const Git& git, const Path& bare, std::vector<std::string> what) {
  try {
    fetch_refs(git, bare, std::move(what));
    return true;
  } catch (const Failure& failure) {
    if (failure.reason != "GitReferenceNotFound") throw;
    return false;
  }
}

/// Brings the commit into a bare repository: alone where the server can, else with its branch, else
/// with everything.
void fetch_commit(const Git& git, const Path& bare, const Resolved& wanted) {
  if (has_commit(git, bare, wanted)) return keep(git, bare, wanted);
  if (fetch_by_commit(git, bare,
                      {"--depth=1", "--", git.url(), wanted.commit + ":" + kept(wanted)})) {
    return keep(git, bare, wanted);  // what has this ID may be a tree or a file
  }
  if (wanted.name.starts_with("refs/")) {
    fetch_refs(git, bare, {"--", git.url(), wanted.name + ":refs/gradient/of/" + wanted.name});
    if (has_commit(git, bare, wanted)) return keep(git, bare, wanted);
  }
  fetch_refs(git, bare, {"--", git.url(), all_branches, all_tags});
  keep(git, bare, wanted);
}

/// Brings in everything, also what earlier fetches of single commits left out.
void fetch_all(const Git& git, const Path& bare, const Resolved& wanted) {
  // git's INFINITE_DEPTH, which is what --unshallow means; that itself is refused by a repository
  // that is not shallow.
  constexpr const char* infinite = "--depth=2147483647";
  if (fetch_by_commit(git, bare,
                      {infinite, "--prune", "--", git.url(), wanted.commit + ":" + kept(wanted),
                       all_branches, all_tags})) {
    return;
  }
  fetch_refs(git, bare, {infinite, "--prune", "--", git.url(), all_branches, all_tags});
  keep(git, bare, wanted);
}

}  // namespace

Mirrors::Mirrors(Path folder, Path work, bool full_history, std::stop_token stop, OnWait on_wait)
    : folder_(std::move(folder)),
      work_(std::move(work)),
      full_history_(full_history),
      stop_(std::move(stop)),
      on_wait_(std::move(on_wait)) {}

void Mirrors::lock(const std::string& url, std::chrono::milliseconds patience) {
  auto& lock = locks_[url];
  if (lock) return;
  lock = std::make_unique<Lock>(folder_ / (base::short_hash(url) + ".lock"), stop_, patience, [&] {
    if (on_wait_) on_wait_(url);
  });
}

Path Mirrors::fetch(const Git& git, const Resolved& wanted) {
  lock(git.url(), patience_for_submodules);
  const auto name = base::short_hash(git.url());
  const auto mirror = folder_ / name;
  const bool may_share = locks_.at(git.url())->held();
  if (may_share && fs::exists(mirror)) {
    bring(git, mirror, wanted);
    return mirror;
  }
  const auto fresh = work_ / ("mirror-" + name);
  fs::remove_all(fresh);  // left by a try that failed
  git.init(fresh, wanted.commit, true);
  bring(git, fresh, wanted);
  made_.insert(git.url());
  return may_share && publish(fresh, mirror) ? mirror : fresh;
}

bool Mirrors::discard(const std::string& url) {
  const auto lock = locks_.find(url);
  if (lock == locks_.end() || !lock->second->held() || made_.count(url) > 0) return false;
  const auto name = base::short_hash(url);
  std::error_code error;
  fs::rename(folder_ / name, work_ / ("damaged-" + name), error);
  return !error;
}

void Mirrors::bring(const Git& git, const Path& bare, const Resolved& wanted) const {
  if (full_history_) return fetch_all(git, bare, wanted);
  fetch_commit(git, bare, wanted);
}

}  // namespace content
