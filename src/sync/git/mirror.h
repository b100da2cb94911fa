#pragma once

#include "sync/git/git.h"
#include "sync/git/refs.h"
#include "sync/volume/claim.h"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace content {

/// Of the mirror of a URL, in the folder of all.
std::string mirror_name(const std::string& url);

/// The claim of a mirror by its name.
Path mirror_claim(const Path& claims, const std::string& name);

/// Removes what a git that was killed has left in a mirror of which nobody else has the claim. A
/// lock would stop every later git, and a pack that is to be kept would stay for ever.
void remove_leftovers(const Path& mirror);

/// A cache of bare repositories, .gradient/git/<hash of URL>, that the deployments of a dataset
/// share: what one of them has is not fetched again. Has the claim of a mirror from when it is
/// asked for until it is released: who waits for one has none, so two repositories that are
/// submodules of each other do not wait for each other. Safe to share between threads as far as
/// tell_progress() goes.
class Mirrors {
 public:
  using OnWait = std::function<void(const std::string& url, const Owner& owner)>;

  /// `claims` is a folder on the same volume, for claims. With the whole history all branches and
  /// tags are brought in, not single commits. `on_wait` is called while others fetch from a URL.
  Mirrors(Path folder, Path claims, bool full_history, std::stop_token stop, OnWait on_wait = {});

  /// Has this called with all that is fetched, before it is.
  using OnUse = std::function<void(const std::string& url, const std::string& commit)>;
  void on_use(OnUse on_use) { on_use_ = std::move(on_use); }

  /// Has a commit that is there already given only to those who may read it: the server is asked,
  /// with the credential that a fetch has, unless `is_given` says that it was given before. The
  /// mirror may be shared with others, and who names a commit need not have been let in. Without
  /// this the mirrors are of one reader.
  using IsGiven = std::function<bool(const std::string& url, const std::string& commit)>;
  void ask_unless(IsGiven is_given) { is_given_ = std::move(is_given); }

  /// Brings in a commit, and gives the repository that has it. Waits for others that fetch from
  /// this URL, for as long as they live. Throws Failure and Stopped.
  Path fetch(const Git& git, const Resolved& wanted);

  /// The same without the commit: of a URL of which nothing is there the repository is empty. For
  /// its large files (LFS).
  Path open(const Git& git, const Resolved& wanted);

  /// Takes away a mirror that may be damaged, so that the next fetch makes it anew. False when
  /// there is none, when it is from this run, or when it is not ours.
  bool discard(const std::string& url);

  /// Nothing is read from this mirror any more.
  void release();

  /// For those who wait: {"bytes", and "total" where it is known}.
  void tell_progress(const json::Json& fields);

  bool full_history() const { return full_history_; }

 private:
  using Fill = std::function<void(const Path& bare)>;
  Path open(const Git& git, const Resolved& wanted, const Fill& fill);
  void own(const std::string& url);
  void bring(const Git& git, const Path& bare, const Resolved& wanted) const;
  void ask_for_leave(const Git& git, const Resolved& wanted) const;

  Path folder_, claims_;
  bool full_history_;
  std::stop_token stop_;
  OnWait on_wait_;
  OnUse on_use_;
  IsGiven is_given_;
  std::string url_;  ///< that the claim is for
  std::unique_ptr<Claim> claim_;
  std::set<std::string> made_;  ///< URLs
};

}  // namespace content
