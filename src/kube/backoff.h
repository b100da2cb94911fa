#pragma once

#include <algorithm>
#include <chrono>

namespace kube {

/// How long to wait before the next try after `failures` (1, 2, ...) in a row: doubles up to a cap.
struct Backoff {
  std::chrono::milliseconds first;
  std::chrono::milliseconds cap;

  constexpr std::chrono::milliseconds after(int failures) const {
    auto delay = first;
    for (int i = 1; i < failures && delay < cap; ++i)
      delay *= 2;
    return std::min(delay, cap);
  }
};

/// client-go's rate limiter for one key of a queue.
inline constexpr Backoff item_backoff{std::chrono::milliseconds(5), std::chrono::seconds(1000)};
/// client-go's reflector; a jitter of up to as much again is added.
inline constexpr Backoff watch_backoff{std::chrono::milliseconds(800), std::chrono::seconds(30)};

}  // namespace kube
