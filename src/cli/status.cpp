#include "cli/status.h"

#include "cli/exit_code.h"
#include "cli/live_children.h"
#include "cli/screen.h"
#include "gradient/spec/names.h"
#include "reconcile/kinds.h"

#include <algorithm>
#include <array>
#include <iostream>

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
        screen.sync_lines[key.name + "/" + name] = json::parse(client_.log(key, name, 1));
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

}  // namespace

int status(const TargetOptions& options) {
  Connection connection(options);
  auto deployment = connection.find_deployment();
  if (deployment.is_null()) return ProblemsInInput;
  std::cout << text_of(Look(connection).at(std::move(deployment)));
  return Fine;
}

}  // namespace cli
