#include "cli/status.h"

#include "base/stop_on_signal.h"
#include "cli/colour.h"
#include "cli/deployment_list.h"
#include "cli/exit_code.h"
#include "cli/live_children.h"
#include "cli/screen.h"
#include "gradient/spec/names.h"
#include "gradient/status/helper_line.h"
#include "kube/clock.h"
#include "reconcile/kinds.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <optional>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cli {
namespace {

using json::Json;

/// Of a hundred pods, these tell enough.
constexpr std::size_t most_pods = 20;

class Look {
 public:
  explicit Look(Connection& connection)
      : client_(connection.client()),
        key_(connection.deployment()),
        ours_{.labels = std::string(gradient::names::deployment_label) + "=" + key_.name} {}

  Screen at(Json deployment) {
    Screen screen{.deployment = std::move(deployment), .now = std::chrono::system_clock::now()};
    for (const auto& kind : {kube::deployments, kube::services, kube::autoscalers, kube::budgets,
                             kube::ingresses, kube::routes}) {
      for (auto& child : children(client_, kind, key_.ns, ours_))
        screen.children.push_back(std::move(child));
    }
    screen.pods = client_.list(kube::pods, key_.ns, ours_);
    screen.pods.resize(std::min(screen.pods.size(), most_pods));
    for (const auto& pod : screen.pods)
      add_sync_lines(pod, screen);
    add_events(key_.name, screen);
    for (const auto& pod : screen.pods)
      add_events(kube::key_of(pod).name, screen);
    return screen;
  }

 private:
  void add_sync_lines(const Json& pod, Screen& screen) {
    const auto key = kube::key_of(pod);
    for (const auto& status : json::elements_at(pod, {"status", "initContainerStatuses"})) {
      const auto name = json::string_at(status, {"name"});
      if (!name.starts_with(gradient::names::sync_prefix)) continue;
      try {
        screen.sync_lines[key.name + "/" + name] = gradient::helper_line(client_.log(key, name, 1));
      } catch (const std::exception&) {  // no log yet, or no right to read it: shown without
      }
    }
  }

  void add_events(const std::string& name, Screen& screen) {
    for (auto& event :
         client_.list(kube::events, key_.ns, {.fields = "involvedObject.name=" + name}))
      screen.events.push_back(std::move(event));
  }

  kube::Client& client_;
  kube::Key key_;
  kube::Selector ours_;
};

using Time = std::chrono::system_clock::time_point;
/// What there is to see, as a text for a moment.
using Text = std::function<std::string(Time now)>;
using Looking = std::function<std::optional<Text>()>;

/// Columns of the terminal on standard output, or of the usual one.
std::size_t columns() {
  constexpr std::size_t usual = 80;
  winsize size{};
  const bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : usual;
}

Looking screen_of(Connection& connection) {
  return [&connection]() -> std::optional<Text> {
    auto deployment = connection.find_deployment();
    if (deployment.is_null()) return std::nullopt;
    return [screen = Look(connection).at(std::move(deployment))](Time now) mutable {
      screen.now = now;
      return text_of(screen, Paint(STDOUT_FILENO));
    };
  };
}

/// `ns` empty: all namespaces.
std::string absence_in(const std::string& ns) {
  return ns.empty() ? "there is no GradientDeployment\n"
                    : "there is no GradientDeployment in the namespace " + ns +
                          "; -A looks at all namespaces\n";
}

/// Whoever watches sees that there is none; else it is a message.
Looking list_of(Connection& connection, const StatusOptions& options) {
  const auto ns = options.all_namespaces ? std::string() : connection.ns();
  return [&connection, ns, is_watched = options.watch]() -> std::optional<Text> {
    auto found = connection.client().list(reconcile::gradient_deployments, ns, {});
    if (found.empty() && !is_watched) std::cerr << absence_in(ns);
    return [found = std::move(found), ns, is_watched](Time now) {
      if (found.empty()) return is_watched ? absence_in(ns) : std::string();
      return list_text(found, ns.empty(), now, columns(), Paint(STDOUT_FILENO));
    };
  };
}

int print(const Looking& look) {
  const auto text = look();
  if (!text) return ProblemsInInput;
  std::cout << (*text)(std::chrono::system_clock::now());
  return Fine;
}

/// On a terminal always the newest in the same place; elsewhere what differs by more than ages,
/// with an empty line before it.
int watch(const Looking& look) {
  constexpr std::chrono::seconds look_again{2};
  constexpr const char* clear_screen = "\x1b[H\x1b[2J";
  const base::StopOnSignal signal;
  const kube::SteadyClock clock;
  const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  std::optional<std::string> before;
  do {
    const auto text = look();
    if (!text) return ProblemsInInput;
    auto ageless = (*text)({});
    if (is_terminal) {
      std::cout << clear_screen << (*text)(std::chrono::system_clock::now());
    } else if (before != ageless) {
      std::cout << (before ? "\n" : "") << (*text)(std::chrono::system_clock::now());
    }
    if (!std::cout.flush()) break;  // told by the caller
    before = std::move(ageless);
  } while (clock.wait(look_again, signal.token()));
  return Fine;
}

}  // namespace

int status(const StatusOptions& options) {
  Connection connection(options);
  const auto look = options.name.empty() ? list_of(connection, options) : screen_of(connection);
  return options.watch ? watch(look) : print(look);
}

}  // namespace cli
