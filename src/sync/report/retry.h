#pragma once

#include "sync/report/report.h"
#include "sync/stop.h"

#include <chrono>

namespace content {

/// Tries `work` up to four times within about seven seconds, again after transient failures only,
/// and logs when. Longer is the kubelet's: it starts the container again, and each end shows its
/// reason.
template <class Work>
auto with_retries(Report& report, const std::stop_token& stop, const Work& work) {
  constexpr int tries = 4;
  auto pause = std::chrono::seconds(1);
  for (int attempts = 1;; ++attempts, pause *= 2) {
    try {
      return work();
    } catch (const Failure& failure) {
      const std::string message = failure.what();
      if (failure.kind == Failure::Kind::Permanent) throw;
      if (attempts == tries) {
        throw Failure(failure.reason, message + "; tried " + std::to_string(tries) + " times",
                      failure.kind);
      }
      const auto after = std::to_string(pause.count()) + " s";
      report.log("warning", "retry",
                 json::object({{"reason", failure.reason},
                               {"message", message + "; trying again in " + after},
                               {"after", pause.count()},
                               {"attempt", attempts}}));
    }
    wait(pause, stop);
  }
}

}  // namespace content
