#pragma once

#include <csignal>
#include <stop_token>

namespace cli {

/// Turns SIGTERM and SIGINT into a stop. To be made before any other thread, which inherit the
/// mask.
class StopOnSignal {
 public:
  StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  sigset_t signals_{};
  std::stop_source source_;
};

}  // namespace cli
