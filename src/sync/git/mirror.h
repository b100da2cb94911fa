#pragma once

#include "sync/git/git.h"
#include "sync/volume/volume.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace content {

/// A cache of bare repositories, .gradient/git/<hash of URL>, that the deployments of a dataset
/// share: what one of them has is not fetched again. Holds the lock of each that it was asked for.
/// For one thread.
class Mirrors {
 public:
  using OnWait = std::function<void(const std::string& url)>;

  /// `work` is a folder of ours on the same volume. With the whole history all branches and tags
  /// are brought in, not single commits. `on_wait` is called when others fetch from a URL.
  Mirrors(Path folder, Path work, bool full_history, std::stop_token stop, OnWait on_wait = {});

  /// Waits for others that fetch from this URL, at most so long: then both fetch.
  void lock(const std::string& url, std::chrono::milliseconds patience);

  /// Brings in a commit, and gives the repository that has it: the mirror or, without its lock, a
  /// new one in `work`. Throws Failure.
  Path fetch(const Git& git, const Resolved& wanted);

  /// Takes away a mirror that may be damaged, so that the next fetch makes it anew. False when
  /// there is none, when it is from this run, or when others may be using it.
  bool discard(const std::string& url);

  bool full_history() const { return full_history_; }

 private:
  void bring(const Git& git, const Path& bare, const Resolved& wanted) const;

  Path folder_, work_;
  bool full_history_;
  std::stop_token stop_;
  OnWait on_wait_;
  std::map<std::string, std::unique_ptr<Lock>> locks_;
  std::set<std::string> made_;  ///< URLs
};

}  // namespace content
