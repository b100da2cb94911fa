#pragma once

#include "kube/clock.h"
#include "kube/object.h"

#include <optional>
#include <string>

namespace kube {

/// The rules of leader election, without the network: a Lease as one candidate sees it. Pure; for
/// one thread.
///
///     none                                   Create
///     ours                                   Renew
///     released, or seen unchanged for        TakeOver
///       longer than its duration
///     somebody else's                        Wait
class LeaseState {
 public:
  explicit LeaseState(std::string identity) : identity_(std::move(identity)) {}

  /// What the server has now; empty: no such Lease.
  void observe(std::optional<Json> lease, Clock::TimePoint now);

  enum class Step { Create, TakeOver, Renew, Wait };
  Step decide(Clock::TimePoint now) const;

  /// Empty when there is none, or it was released.
  std::string holder() const;
  /// The Lease as observed last is ours (IsLeader of client-go's leaderelection).
  bool is_leader() const { return holder() == identity_; }

  /// The Lease as we want to write it. It bears the version that was observed, so that the server
  /// refuses it if somebody else was faster.
  Json claimed(const Key& key, std::chrono::milliseconds duration,
               std::chrono::system_clock::time_point wall) const;
  /// The same, with nobody as holder, for the next one to take at once.
  Json released(std::chrono::system_clock::time_point wall) const;

 private:
  std::string identity_;
  std::optional<Json> lease_;
  Clock::TimePoint changed_{};
};

}  // namespace kube
