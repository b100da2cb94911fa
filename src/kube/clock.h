#pragma once

#include <chrono>
#include <stop_token>

namespace kube {

/// Time as the runtime sees it, so that tests can move it. Safe to share between threads.
class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  virtual TimePoint now() const = 0;  ///< monotonic
  virtual std::chrono::system_clock::time_point wall() const = 0;
  /// Waits for `delay` or a stop, whichever comes first. False when it was the stop.
  virtual bool wait(std::chrono::milliseconds delay, const std::stop_token& stop) const = 0;
};

class SteadyClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::now();
  }
  bool wait(std::chrono::milliseconds delay, const std::stop_token& stop) const override;
};

}  // namespace kube
