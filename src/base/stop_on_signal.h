#pragma once

#include <stop_token>

namespace base {

/// Turns SIGTERM, by which Kubernetes ends a container, and SIGINT into a stop. To be made before
/// any other thread: only threads that begin later inherit that both signals are blocked. They
/// stay blocked.
class StopOnSignal {
 public:
  StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
};

}  // namespace base
