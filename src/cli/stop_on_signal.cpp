#include "cli/stop_on_signal.h"

#include <thread>

namespace cli {

StopOnSignal::StopOnSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::thread([signals = signals_, source = source_]() mutable {
    int received = 0;
    sigwait(&signals, &received);
    source.request_stop();
  }).detach();  // it owns all that it touches, and ends with the process
}

}  // namespace cli
