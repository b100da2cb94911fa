#pragma once

#include <mutex>
#include <utility>

namespace kube {

/// Data that can be reached only under its lock.
template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : data_(std::forward<Args>(args)...) {}

  /// Calls `use(data)` under the lock and returns what it returns.
  template <class Use>
  decltype(auto) with(Use&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(data_);
  }
  template <class Use>
  decltype(auto) with(Use&& use) const {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(std::as_const(data_));
  }

 private:
  mutable std::mutex mutex_;
  T data_;
};

}  // namespace kube
