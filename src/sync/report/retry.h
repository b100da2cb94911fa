#pragma once

#include "sync/report/report.h"
#include "sync/stop.h"

#include <chrono>

namespace content {

/// Retries with exponential backoff: up to four tries within about seven seconds, after transient
/// failures only; each is logged. Then the container ends and shows its reason, and the kubelet
/// goes on: it starts the container again, with a backoff of its own. Throws the last Failure and
/// Stopped.
template <class Work>
auto with_retries(Reporter& report, const std::stop_token& stop, const Work& work) {
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
