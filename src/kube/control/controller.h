#pragma once

#include "kube/control/work_queue.h"
#include "kube/guarded.h"
#include "kube/http/error.h"
#include "kube/serve/metrics.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace kube {

/// What a reconcile asks for when it has succeeded, as controller-runtime's reconcile.Result. An
/// exception instead means: again, after a backoff.
struct Outcome {
  std::optional<std::chrono::milliseconds> requeue_after;  ///< empty: wait for the next change
  /// With it `requeue_after` is the first of such times in a row, which get ever longer, up to ten
  /// minutes: what was refused may be granted without an event, but rarely is.
  bool is_refused = false;
  static Outcome done() { return {}; }
};

using Reconcile = std::function<Outcome(const Key& key, const std::stop_token& stop)>;

/// How long to wait at least before what failed with `error` is tried again.
std::chrono::milliseconds retry_delay(const std::exception& error);

/// A controller, as controller-runtime's: a work queue and the workers that serve it. The one place
/// where a reconcile's exceptions are caught, logged once and turned into a retry (429 and 503
/// honour Retry-After; what the server refuses for good is tried again slowly). A conflict means to
/// read again and is no failure, unless it lasts. Counts under controller-runtime's metric names.
class Controller {
 public:
  Controller(std::string name, Reconcile reconcile, int workers, const Clock& clock);

  /// May be called by any thread, also before and after run().
  void enqueue(const Key& key) { queue_.add(key); }
  /// Starts the workers and returns when they have ended after a stop.
  void run(const std::stop_token& stop);
  /// Reconciles one key that is due, on the caller's thread. False when there is none.
  bool reconcile_next(const std::stop_token& stop);
  /// All that was due is done; what failed waits for its next time.
  bool idle() const { return queue_.idle(); }
  const std::string& name() const { return name_; }

 private:
  void work(const std::stop_token& stop);
  void serve(const Key& key, const std::stop_token& stop);
  ReconcileResult reconcile(const Key& key, const std::stop_token& stop);
  void retry(const Key& key, std::chrono::milliseconds at_least, const std::string& message,
             const std::stop_token& stop);
  ReconcileResult read_again(const Key& key, const ApiError& conflict, const std::stop_token& stop);
  void log_failure(const Key& key, std::chrono::milliseconds delay, const std::string& message);

  std::string name_;
  Reconcile reconcile_;
  int workers_;
  const Clock& clock_;
  WorkQueue queue_;
  ControllerMetrics metrics_;
  Guarded<std::map<Key, std::size_t>> last_errors_;  ///< hashes of what was logged last
};

}  // namespace kube
