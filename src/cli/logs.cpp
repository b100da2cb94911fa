#include "cli/logs.h"

#include "base/stop_on_signal.h"
#include "cli/exit_code.h"
#include "cli/printable.h"
#include "gradient/spec/names.h"
#include "kube/clock.h"
#include "reconcile/kinds.h"

#include <csignal>
#include <iostream>
#include <mutex>
#include <set>
#include <thread>

namespace cli {
namespace {

using json::Json;

/// One run of a container: after a restart it is another one.
struct Run {
  kube::Key pod;
  std::string container, id;
};

std::vector<Run> runs_of(const Json& pod) {
  std::vector<Run> runs;
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    for (const auto& status : json::elements_at(pod, {"status", list})) {
      const auto id = json::string_at(status, {"containerID"});
      if (id.empty()) continue;  // one that waits to run again has that of its last run
      runs.push_back({kube::key_of(pod), json::string_at(status, {"name"}), id});
    }
  }
  return runs;
}

class Logs {
 public:
  Logs(Connection& connection, const LogsOptions& options, std::stop_token stop)
      : client_(connection.client()), options_(options), stop_(std::move(stop)) {
    labels_ = std::string(gradient::names::deployment_label) + "=" + connection.deployment().name;
    ns_ = connection.deployment().ns;
  }

  void print() {
    const auto runs = new_runs();
    if (runs.empty()) std::cerr << "no container of it has run yet\n";
    for (const auto& run : runs)
      follow(run);
  }

  /// New pods, and containers that start again, are found by looking.
  void print_and_follow() {
    constexpr std::chrono::seconds look_again{2};
    const kube::SteadyClock clock;
    std::vector<std::jthread> threads;
    do {
      for (auto& run : new_runs())
        threads.emplace_back([this, run = std::move(run)] { follow_and_tell(run); });
    } while (clock.wait(look_again, stop_));
  }

 private:
  std::vector<Run> new_runs() {
    std::vector<Run> runs;
    for (const auto& pod : client_.list(kube::pods, ns_, {.labels = labels_}, stop_)) {
      for (auto& run : runs_of(pod))
        if (seen_.insert(run.id).second) runs.push_back(std::move(run));
    }
    return runs;
  }

  void follow(const Run& run) {
    constexpr std::chrono::hours idle{24 * 365};  // an app may be silent for long
    const auto prefix = run.pod.name + "/" + run.container + ": ";
    const auto response = client_.transport().stream(
        kube::stream_log_request(run.pod, run.container, options_.tail, options_.follow),
        [&](std::string_view line) {
          const std::lock_guard lock(mutex_);
          std::cout << prefix << printable(line) << '\n' << std::flush;
        },
        stop_, idle);
    if (response.status >= 300) {
      throw kube::api_error(response,
                            "read the log of " + kube::to_string(run.pod) + "/" + run.container);
    }
  }

  void follow_and_tell(const Run& run) {
    try {
      follow(run);
    } catch (const std::exception& error) {  // a pod that went meanwhile; the others go on
      const std::lock_guard lock(mutex_);
      std::cerr << error.what() << '\n';
    }
  }

  kube::Client& client_;
  const LogsOptions& options_;
  std::stop_token stop_;
  std::string labels_, ns_;
  std::set<std::string> seen_;
  std::mutex mutex_;  ///< of the output
};

}  // namespace

int logs(const LogsOptions& options) {
  const base::StopOnSignal signal;
  std::signal(SIGPIPE, SIG_IGN);
  Connection connection(options);
  if (connection.find_deployment().is_null()) return ProblemsInInput;
  Logs logs(connection, options, signal.token());
  if (options.follow) {
    logs.print_and_follow();
  } else {
    logs.print();
  }
  return Fine;
}

}  // namespace cli
