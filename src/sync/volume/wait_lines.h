#pragma once

#include "sync/report/report.h"
#include "sync/volume/owner.h"

#include <chrono>
#include <string>

namespace content {

/// Logs for whom this helper waits, every ten seconds at most: {"event":"waiting", "message"
/// ("waits for pod demo-7d4f, which fetches the model: 3.1 of 9.8 GB"), "bytes" and "total" where
/// they are known}. Not for several threads.
class WaitLines {
 public:
  explicit WaitLines(Reporter& report) : report_(report) {}
  /// `what` is fetched.
  void operator()(const std::string& what, const Owner& owner);

 private:
  Reporter& report_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace content
