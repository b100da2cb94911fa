#pragma once

#include "base/process.h"

#include <chrono>
#include <stop_token>
#include <thread>

/// SIGTERM, by which Kubernetes ends a container, as a std::stop_token.
namespace content {

using base::Stopped;

/// Requests a stop when SIGTERM or SIGINT comes. Must be made before any other thread, since only
/// threads that begin later inherit that both signals are blocked.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread waiter_;
};

/// Lets `time` pass. Throws Stopped as soon as there is a stop.
void wait(std::chrono::milliseconds time, const std::stop_token& stop);

}  // namespace content
