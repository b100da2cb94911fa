#pragma once

#include "kube/clock.h"

#include <atomic>
#include <chrono>

/// Time that a test can move forward, for what happens once a minute.
class SkippingClock final : public kube::Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now() + skipped_.load(); }
  std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::now();
  }
  bool wait(std::chrono::milliseconds delay, const std::stop_token& stop) const override {
    return kube::SteadyClock().wait(delay, stop);
  }
  void skip(std::chrono::seconds time) { skipped_ = skipped_.load() + time; }

 private:
  std::atomic<std::chrono::seconds> skipped_{std::chrono::seconds(0)};
};
