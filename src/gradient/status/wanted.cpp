// What is worth asking the API server for besides what is watched.
#include "gradient/spec/names.h"
#include "gradient/status/status.h"
#include "gradient/status/world.h"

#include <algorithm>

namespace gradient {
namespace {

using json::Json;

constexpr std::size_t most_lines = 20;

bool has_option(const Json& container, const std::string& option) {
  const auto& arguments = json::elements_at(container, {"args"});
  return std::any_of(arguments.begin(), arguments.end(), [&](const Json& argument) {
    return argument.is_string() && argument.as_string() == option;
  });
}

bool is_known(const Json& previous, const std::string& model) {
  const auto& models = json::elements_at(previous, {"content", "models"});
  return std::any_of(models.begin(), models.end(), [&](const Json& entry) {
    return json::string_at(entry, {"id"}) == model && !json::string_at(entry, {"revision"}).empty();
  });
}

}  // namespace

bool wants_events(const DeploymentSpec& spec, const Observed& observed) {
  const auto world = why::world(spec, observed);
  if (world.wanted == 0 || world.lags) return false;
  if (static_cast<std::int64_t>(world.pods.size()) < world.wanted) return true;
  return std::any_of(world.pods.begin(), world.pods.end(),
                     [](const why::Pod& pod) { return !pod.is_ready(); });
}

std::vector<std::string> wanted_sync_lines(const DeploymentSpec& spec, const Observed& observed,
                                           const Json& previous) {
  std::vector<std::string> wanted;
  for (const auto& pod : why::world(spec, observed).pods) {
    for (const auto& container : pod.containers()) {
      if (container.role != why::Container::Role::Sync || !container.is_running()) continue;
      const bool may_change = has_option(*container.spec, "--refresh-interval");
      if (pod.is_ready() && !may_change && is_known(previous, container.item)) continue;
      if (wanted.size() < most_lines) wanted.push_back(pod.name() + "/" + container.name);
    }
  }
  return wanted;
}

}  // namespace gradient
