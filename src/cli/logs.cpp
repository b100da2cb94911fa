#include "cli/logs.h"

#include "base/stop_on_signal.h"
#include "cli/exit_code.h"
#include "cli/log_text.h"
#include "cli/printable.h"
#include "gradient/spec/names.h"
#include "kube/clock.h"
#include "reconcile/kinds.h"

#include <csignal>
#include <functional>
#include <future>
#include <iostream>
#include <mutex>
#include <set>
#include <stop_token>
#include <unistd.h>
#include <utility>

namespace cli {
namespace {

using json::Json;

/// One run of a container: after a restart it is another one.
struct Run {
  kube::Key pod;
  std::string container, id;  ///< no id: it has not run
};

std::vector<Run> runs_of(const Json& pod, bool previous) {
  std::vector<Run> runs;
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    for (const auto& status : json::elements_at(pod, {"status", list})) {
      // One that waits to run again has the id of its last run.
      const auto id = previous ? json::string_at(status, {"lastState", "terminated", "containerID"})
                               : json::string_at(status, {"containerID"});
      runs.push_back({kube::key_of(pod), json::string_at(status, {"name"}), id});
    }
  }
  return runs;
}

bool is_of_helper(const std::string& container) {
  return container.starts_with(gradient::names::clone_prefix) ||
         container.starts_with(gradient::names::sync_prefix);
}

std::string selector_of(const LogsOptions& options) {
  std::string labels(gradient::names::deployment_label);
  if (!options.name.empty()) labels += "=" + options.name;
  return options.selector.empty() ? labels : labels + "," + options.selector;
}

class Logs {
 public:
  Logs(Connection& connection, const LogsOptions& options, const std::stop_token& signal)
      : client_(connection.client()),
        options_(options),
        on_signal_(signal, [this] { stop_.request_stop(); }),
        labels_(selector_of(options)),
        ns_(connection.ns()) {}

  int print() {
    const auto runs = new_runs();
    if (runs.empty()) return tell_absence();
    bool is_whole = true;
    for (const auto& run : runs) {
      if (stop_.stop_requested()) break;
      is_whole = print_or_tell(run) && is_whole;
    }
    return is_whole ? Fine : Failure;
  }

  /// New pods, and containers that start again, are found by looking. Throws when the first look
  /// fails; afterwards those that are followed go on.
  void print_and_follow() {
    constexpr std::chrono::seconds look_again{2};
    const kube::SteadyClock clock;
    std::vector<std::future<void>> followers;
    auto runs = new_runs();
    bool is_away = false;
    do {
      std::erase_if(followers, has_ended);
      for (auto& run : runs)
        followers.push_back(
            std::async(std::launch::async, [this, run = std::move(run)] { print_or_tell(run); }));
    } while (clock.wait(look_again, stop_.get_token()) && look(runs, is_away));
  }

 private:
  static bool has_ended(const std::future<void>& follower) {
    return follower.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  /// One failure after the other is told once. Whether to go on.
  bool look(std::vector<Run>& runs, bool& is_away) {
    runs.clear();
    try {
      runs = new_runs();
      is_away = false;
    } catch (const std::exception& error) {
      if (stop_.stop_requested()) return false;
      if (!std::exchange(is_away, true)) tell(std::string(error.what()) + "; trying again");
    }
    return true;
  }

  /// Those that were not there at the last look.
  std::vector<Run> new_runs() {
    std::vector<Run> runs;
    std::set<std::string> there;
    for (const auto& pod : client_.list(kube::pods, ns_, {.labels = labels_}, stop_.get_token())) {
      for (auto& run : runs_of(pod, options_.previous)) {
        containers_.insert(run.container);
        const bool is_asked_for = options_.container.empty() || options_.container == run.container;
        if (!is_asked_for || run.id.empty() || !there.insert(run.id).second) continue;
        if (!seen_.contains(run.id)) runs.push_back(std::move(run));
      }
    }
    seen_ = std::move(there);
    return runs;
  }

  /// Why there is no line.
  int tell_absence() const {
    if (containers_.empty()) {
      std::cerr << "there is no pod of it that has been started\n";
    } else if (!options_.container.empty() && !containers_.contains(options_.container)) {
      std::string all;
      for (const auto& name : containers_)
        all += (all.empty() ? "" : ", ") + name;
      std::cerr << "there is no container " << options_.container << "; there are: " << all << '\n';
      return ProblemsInInput;
    } else {
      std::cerr << (options_.previous ? "no container of it has been restarted\n"
                                      : "no container of it has run yet\n");
    }
    return Fine;
  }

  kube::Request request(const Run& run) const {
    constexpr int usual_tail = 100;
    auto request = kube::stream_log_request(run.pod, run.container,
                                            options_.tail.value_or(usual_tail), options_.follow);
    if (options_.since > 0) {
      request.query.emplace_back("sinceSeconds", std::to_string(options_.since));
      if (!options_.tail)
        std::erase_if(request.query, [](const auto& field) { return field.first == "tailLines"; });
    }
    if (options_.previous) request.query.emplace_back("previous", "true");
    return request;
  }

  std::string shown(const Run& run, std::string_view line) const {
    if (options_.raw || !is_of_helper(run.container)) return printable(line);
    return printable(log_text(line, paint_));
  }

  void print_log(const Run& run) {
    constexpr std::chrono::hours idle{24 * 365};  // an app may be silent for long
    const auto prefix = paint_(Colour::Cyan, run.pod.name + "/" + run.container + ":") + " ";
    const auto response = client_.transport().stream(
        request(run),
        [&](std::string_view line) {
          const std::lock_guard lock(mutex_);
          std::cout << prefix << shown(run, line) << '\n' << std::flush;
          if (!std::cout) stop_.request_stop();  // nobody reads any more; told by the caller
        },
        stop_.get_token(), idle);
    if (response.status >= 300) {
      throw kube::api_error(response,
                            "read the log of " + kube::to_string(run.pod) + "/" + run.container);
    }
  }

  /// Without the log of one, as of a pod that is gone meanwhile, the others go on.
  bool print_or_tell(const Run& run) {
    try {
      print_log(run);
      return true;
    } catch (const std::exception& error) {
      if (!stop_.stop_requested()) tell(error.what());
      return false;
    }
  }

  void tell(const std::string& message) {
    const std::lock_guard lock(mutex_);
    std::cerr << message << '\n';
  }

  kube::Client& client_;
  const LogsOptions& options_;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> on_signal_;
  std::string labels_, ns_;
  std::set<std::string> seen_, containers_;
  Paint paint_{STDOUT_FILENO};
  std::mutex mutex_;  ///< of the output
};

}  // namespace

int logs(const LogsOptions& options) {
  const base::StopOnSignal signal;
  std::signal(SIGPIPE, SIG_IGN);
  Connection connection(options);
  if (!options.name.empty() && connection.find_deployment().is_null()) return ProblemsInInput;
  Logs logs(connection, options, signal.token());
  if (!options.follow) return logs.print();
  logs.print_and_follow();
  return Fine;
}

}  // namespace cli
