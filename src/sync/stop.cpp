#include "sync/stop.h"

#include <condition_variable>
#include <csignal>
#include <mutex>

namespace content {
namespace {

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

StopOnSignal::StopOnSignal() {
  const auto signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  waiter_ = std::jthread([this, signals](const std::stop_token& done) {
    const timespec look_up{.tv_sec = 0, .tv_nsec = 200'000'000};
    while (!done.stop_requested()) {
      if (sigtimedwait(&signals, nullptr, &look_up) > 0) source_.request_stop();
    }
  });
}

void wait(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  if (stop.stop_requested()) throw Stopped();
}

}  // namespace content
