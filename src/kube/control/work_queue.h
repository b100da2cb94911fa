#pragma once

#include "kube/backoff.h"
#include "kube/clock.h"
#include "kube/object.h"
#include "kube/serve/metrics.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <utility>

namespace kube {

/// The work queue, as client-go's workqueue with delays and rate limits: keys that wait for a
/// worker, each at most once, never two workers on one key; a key that is added while it is worked
/// on comes again. Namespaces take turns, and within one the first in is the first out: whoever has
/// thousands of keys there delays nobody else by more than one of them. Safe to share between
/// threads.
class WorkQueue {
 public:
  /// Counts under `name`, if it has one.
  explicit WorkQueue(const Clock& clock, const std::string& name = {});

  /// Due now; a later due time of the same key is forgotten.
  void add(const Key& key);
  /// Due in `delay`; an earlier due time of the same key wins.
  void add_after(const Key& key, std::chrono::milliseconds delay);
  /// After a failure: due after this key's backoff (5 ms doubling up to 1000 s), but not before
  /// `at_least`. Returns the delay.
  std::chrono::milliseconds add_rate_limited(const Key& key,
                                             std::chrono::milliseconds at_least = {});
  /// After a reconcile that ended, but could not do what it should: due after `backoff`, which
  /// grows with each such time in a row.
  void add_backed_off(const Key& key, const Backoff& backoff);
  /// Ends the key's backoff.
  void forget(const Key& key);

  /// Waits for a key and marks it as being worked on; empty when a stop is asked for.
  std::optional<Key> get(const std::stop_token& stop);
  /// Like get(), but empty when nothing is due now.
  std::optional<Key> try_get();
  /// Ends what get() began.
  void done(const Key& key);

  /// Keys that are due and wait for a worker.
  std::size_t depth() const;
  /// Nothing is due and nothing is being worked on.
  bool idle() const;

 private:
  using TimePoint = Clock::TimePoint;
  using Due = std::pair<TimePoint, const Key*>;  ///< points to a key of delayed_

  /// Keys that are due and since when, in the order of serving.
  class Ready {
   public:
    void push(const Key& key, TimePoint since);
    std::pair<Key, TimePoint> pop();  ///< of what is not empty
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

   private:
    std::map<std::string, std::deque<std::pair<Key, TimePoint>>> by_namespace_;
    std::deque<std::string> turns_;  ///< each namespace that has a key
    std::size_t size_ = 0;
  };

  // All of these want the lock to be held.
  void enqueue(const Key& key);
  void schedule(const Key& key, std::chrono::milliseconds delay);
  void unschedule(const Key& key);
  void promote_due();  ///< moves due keys from delayed_ to ready_
  std::optional<Key> pop();
  void wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);

  void tell_under_way();

  const Clock& clock_;
  std::optional<QueueMetrics> metrics_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::uint64_t changes_ = 0;  ///< grows whenever a waiting worker has to look again
  Ready ready_;
  std::set<Key> dirty_;                  ///< in ready_, or to be put there when done
  std::map<Key, TimePoint> processing_;  ///< since when
  std::map<Key, TimePoint> delayed_;
  std::set<Due> due_;
  std::map<Key, int> failures_;
  std::optional<BeforeMetrics> before_metrics_;
};

}  // namespace kube
