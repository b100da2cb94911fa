#pragma once

#include "kube/cache/watch.h"
#include "kube/clock.h"

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace reconcile {

/// Which caches have synced (client-go's WaitForCacheSync), by namespace; one named "" stands for
/// all there are. A namespace is served from when all its lists are stored, and not before: what is
/// not in a store would be made anew, or taken for gone. One that cannot be listed, as it was
/// deleted or its Role taken away, keeps back no other. Safe to share between threads once all are
/// added.
class Namespaces {
 public:
  /// How long ready() waits for lists that get no answer.
  static constexpr std::chrono::seconds grace{30};

  explicit Namespaces(const kube::Clock& clock) : clock_(clock), begun_(clock.now()) {}

  /// `watch` has to outlive this.
  void add(const std::string& name, const kube::Watch& watch);

  /// Something is complete, and so is all else, but for what is refused, or was waited for in vain.
  /// Stays true.
  bool ready() const;
  bool serves(const std::string& name) const;
  /// Serves from now on what has become complete since the last call. For one thread.
  std::vector<std::string> serve_complete();

  /// Until a stop: keeps the metrics, and warns of what is not complete or not kept up to date, at
  /// growing intervals.
  void watch_over(const std::stop_token& stop);

 private:
  struct Namespace {
    std::vector<const kube::Watch*> watches;
    std::atomic<bool> is_served = false;
    /// For the thread that watches over it.
    std::optional<kube::Clock::TimePoint> warn_at{};
    std::chrono::seconds pause{};  ///< before the next warning; 0: there was none

    bool is_complete() const;
    bool is_refused() const;
    std::string missing() const;
  };

  void remind();
  void look_at(const std::string& name, Namespace& state);

  const kube::Clock& clock_;
  const kube::Clock::TimePoint begun_;
  kube::Clock::TimePoint remind_at_ = begun_ + std::chrono::seconds(5);
  std::map<std::string, Namespace> all_;
  mutable std::atomic<bool> is_ready_ = false;
};

}  // namespace reconcile
