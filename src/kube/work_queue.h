#pragma once

#include "kube/clock.h"
#include "kube/object.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>

namespace kube {

/// Keys that wait for a worker: first in, first out, each at most once, never two workers on one
/// key; a key that is added while it is worked on comes again. Safe to share between threads.
class WorkQueue {
 public:
  explicit WorkQueue(const Clock& clock);

  void add(const Key& key);
  /// Due in `delay`; an earlier due time of the same key wins.
  void add_after(const Key& key, std::chrono::milliseconds delay);
  /// Due after this key's backoff: 5 ms doubling up to 1000 s.
  void add_failed(const Key& key);
  /// Ends the key's backoff.
  void forget(const Key& key);

  /// Waits for a key and marks it as being worked on; empty when a stop is asked for.
  std::optional<Key> take(const std::stop_token& stop);
  /// Ends what take() began.
  void done(const Key& key);

  std::size_t depth() const;

 private:
  void promote_due();  ///< moves due keys from delayed_ to ready_; mutex_ is held
  void enqueue(const Key& key);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::uint64_t changes_ = 0;
  std::deque<Key> ready_;
  std::set<Key> dirty_, processing_;
  std::map<Key, Clock::TimePoint> delayed_;
  std::map<Key, int> failures_;
};

}  // namespace kube
