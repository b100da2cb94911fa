#pragma once

#include "sync/report/report.h"
#include "sync/stop.h"

#include <chrono>

namespace content {

/// Which try comes next, and when: up to four within about seven seconds, with exponential backoff.
/// Where the server tells how long it wants to be left alone (Retry-After), that long, and up to a
/// fifth of it more: so that the replicas that were refused together do not come back together.
/// Such waits count as no try for as long as they are less than an hour together.
class Backoff {
 public:
  /// After a transient failure: the time until the next try. Throws the failure, when it was the
  /// last try, with how many there were.
  std::chrono::milliseconds next(const Failure& failure);
  int tries() const { return tries_; }

 private:
  int tries_ = 0;    ///< all that failed
  int counted_ = 0;  ///< that were not refused with a Retry-After
  std::chrono::milliseconds as_told_{0};
};

/// "MESSAGE; trying again in 2 s", and that the server asks for it.
std::string retry_message(const Failure& failure, std::chrono::milliseconds pause);

/// Retries as Backoff says, after transient failures only; each is logged. Then the container ends
/// and shows its reason, and the kubelet goes on: it starts the container again, with a backoff of
/// its own. Throws the last Failure and Stopped.
template <class Work>
auto with_retries(Reporter& report, const std::stop_token& stop, const Work& work) {
  for (Backoff backoff;;) {
    std::chrono::milliseconds pause{};
    try {
      return work();
    } catch (const Failure& failure) {
      if (failure.kind == Failure::Kind::Permanent) throw;
      pause = backoff.next(failure);
      report.log("warning", "retry",
                 json::object({{"reason", failure.reason},
                               {"message", retry_message(failure, pause)},
                               {"after", std::chrono::ceil<std::chrono::seconds>(pause).count()},
                               {"attempt", backoff.tries()}}));
    }
    wait(pause, stop);
  }
}

}  // namespace content
