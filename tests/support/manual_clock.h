#pragma once

#include "kube/clock.h"

#include <mutex>
#include <vector>

/// Time moves when the test says so, or when the code under test waits: a wait ends at once and
/// moves the time by as much. Safe to share between threads.
class ManualClock final : public kube::Clock {
 public:
  TimePoint now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  std::chrono::system_clock::time_point wall() const override {
    const std::lock_guard lock(mutex_);
    return wall_;
  }
  bool wait(std::chrono::milliseconds delay, const std::stop_token& stop) const override {
    const std::lock_guard lock(mutex_);
    waits_.push_back(delay);
    move(delay);
    return !stop.stop_requested();
  }

  void advance(std::chrono::milliseconds by) {
    const std::lock_guard lock(mutex_);
    move(by);
  }
  void set_wall(std::chrono::system_clock::time_point wall) {
    const std::lock_guard lock(mutex_);
    wall_ = wall;
  }
  /// What was waited for so far.
  std::vector<std::chrono::milliseconds> waits() const {
    const std::lock_guard lock(mutex_);
    return waits_;
  }

 private:
  void move(std::chrono::milliseconds by) const {
    now_ += by;
    wall_ += by;
  }

  mutable std::mutex mutex_;
  mutable TimePoint now_{std::chrono::hours(1)};
  /// 2026-01-31T12:00:00Z
  mutable std::chrono::system_clock::time_point wall_{std::chrono::seconds(1769860800)};
  mutable std::vector<std::chrono::milliseconds> waits_;
};
