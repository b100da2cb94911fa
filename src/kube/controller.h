#pragma once

#include "kube/watch.h"
#include "kube/work_queue.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kube {

/// What a reconcile wants next. An exception instead means: again, after a backoff.
struct Outcome {
  std::optional<std::chrono::milliseconds> again;  ///< empty: wait for the next change
  static Outcome done() { return {}; }
  static Outcome again_in(std::chrono::milliseconds delay) { return {.again = delay}; }
};

using Reconcile = std::function<Outcome(const Key& key, const std::stop_token& stop)>;

/// A queue and the workers that serve it: the one place where a reconcile's exceptions are caught,
/// logged once and turned into a retry (429 and 503 honour Retry-After). Counts under
/// controller-runtime's metric names.
class Controller {
 public:
  Controller(std::string name, Reconcile reconcile, int workers, const Clock& clock);

  void enqueue(const Key& key) { queue_.add(key); }
  void enqueue_after(const Key& key, std::chrono::milliseconds delay) {
    queue_.add_after(key, delay);
  }
  /// Starts the workers and returns when they have ended after a stop.
  void run(const std::stop_token& stop);
  const std::string& name() const { return name_; }

 private:
  void work(const std::stop_token& stop);

  std::string name_;
  Reconcile reconcile_;
  int workers_;
  WorkQueue queue_;
};

}  // namespace kube
