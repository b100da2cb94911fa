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
/// all there are. A namespace is served from when all its caches have synced, and not before: what
/// is not in a store would be made anew, or taken for gone. One that cannot be listed, as it was
/// deleted or its Role taken away, keeps back no other. Safe to share between threads once all are
/// added.
class Namespaces {
 public:
  /// How long ready() waits for lists that get no answer.
  static constexpr std::chrono::seconds grace{30};

  explicit Namespaces(const kube::Clock& clock) : clock_(clock), begun_(clock.now()) {}

  /// `watch` has to outlive this.
  void add(const std::string& name, const kube::Watch& watch);

  /// Some namespace has synced, and each other has as well, is refused, or was waited for in vain.
  /// Stays true.
  bool ready() const;
  /// Whether the caches of the namespace have synced, and take_synced() has said so.
  bool has_synced(const std::string& name) const;
  /// The namespaces whose caches have synced since the last call. For one thread.
  std::vector<std::string> take_synced();

  /// Until a stop: keeps the metrics, and warns of caches that have not synced or are not kept up
  /// to date, at growing intervals.
  void report(const std::stop_token& stop);

 private:
  struct Namespace {
    std::vector<const kube::Watch*> watches;
    std::atomic<bool> is_taken = false;  ///< by take_synced()
    /// For the thread in report().
    std::optional<kube::Clock::TimePoint> warn_at{};
    std::chrono::seconds pause{};  ///< before the next warning; 0: there was none

    bool have_synced() const;
    bool is_refused() const;
    std::string out_of_sync() const;
  };

  void warn_not_ready();
  void report(const std::string& name, Namespace& state);

  const kube::Clock& clock_;
  const kube::Clock::TimePoint begun_;
  kube::Clock::TimePoint warn_not_ready_at_ = begun_ + std::chrono::seconds(5);
  std::map<std::string, Namespace> all_;
  mutable std::atomic<bool> is_ready_ = false;
};

}  // namespace reconcile
