#include "kube/clock.h"

#include <condition_variable>
#include <mutex>

namespace kube {

bool SteadyClock::wait(std::chrono::milliseconds delay, const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, delay, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace kube
