#include "base/stop_on_signal.h"

#include <csignal>
#include <thread>

namespace base {

StopOnSignal::StopOnSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals, source = source_]() mutable {
    int received = 0;
    sigwait(&signals, &received);
    source.request_stop();
  }).detach();  // it owns all that it touches, and ends with the process
}

}  // namespace base
