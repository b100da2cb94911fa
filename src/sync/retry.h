#pragma once

#include "sync/failure.h"
#include "sync/report.h"
#include "sync/stop.h"

#include <chrono>

namespace content {

/// Tries `work` up to four times within about seven seconds, again after transient failures only.
/// Longer is the kubelet's: it starts the container again, and each end shows its reason.
template <class Work>
auto with_retries(Report& report, const std::stop_token& stop, const Work& work) {
  using namespace std::chrono_literals;
  for (auto pause = 1000ms;; pause *= 2) {
    try {
      return work();
    } catch (const Failure& failure) {
      if (failure.kind == Kind::Permanent || pause > 4000ms) throw;
      report.log("warning", "retry",
                 json::object({{"reason", failure.reason},
                               {"message", std::string(failure.what())},
                               {"after", pause.count() / 1000}}));
    }
    wait(pause, stop);
  }
}

}  // namespace content
