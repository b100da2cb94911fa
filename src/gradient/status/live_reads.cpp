#include "gradient/status/live_reads.h"

#include "gradient/spec/helper_arguments.h"
#include "gradient/spec/names.h"
#include "gradient/status/condition.h"
#include "gradient/status/workload.h"

#include <algorithm>

namespace gradient {
namespace {

using json::Json;

constexpr std::size_t most_lines = 20;

/// 0 when the model is fetched once.
std::int64_t refresh_seconds(const Json& container) {
  const auto arguments = model_arguments(container);
  return arguments ? arguments->refresh_seconds.value_or(0) : 0;
}

bool is_known(const Json& previous, const std::string& model) {
  const auto& models = json::elements_at(previous, {"content", "models"});
  return std::any_of(models.begin(), models.end(), [&](const Json& entry) {
    return json::string_at(entry, {"id"}) == model && !json::string_at(entry, {"revision"}).empty();
  });
}

}  // namespace

bool needs_events(const DeploymentSpec& spec, const Observed& observed) {
  const auto workload = diagnosis::workload(spec, observed);
  if (workload.wanted == 0 || workload.lags) return false;
  if (static_cast<std::int64_t>(count(workload.pods)) < workload.wanted) return true;
  return std::any_of(workload.pods.begin(), workload.pods.end(),
                     [](const diagnosis::Pod& pod) { return !pod.is_ready(); });
}

std::string refused_replica_set(const DeploymentSpec& spec, const Observed& observed) {
  if (!observed.deployment) return {};
  const auto& failure = condition(json::at(*observed.deployment, {"status"}), "ReplicaFailure");
  if (json::string_at(failure, {"status"}) != "True") return {};
  const auto workload = diagnosis::workload(spec, observed);
  return workload.updated < workload.wanted ? workload.newest : "";
}

std::vector<SyncSidecar> sidecars_to_read(const DeploymentSpec& spec, const Observed& observed,
                                          const Json& previous) {
  std::vector<SyncSidecar> wanted;
  for (const auto& pod : diagnosis::workload(spec, observed).pods) {
    for (const auto& container : pod.containers()) {
      if (container.role != diagnosis::Container::Role::Sync || !container.is_running()) continue;
      const auto refresh = refresh_seconds(*container.spec);
      if (pod.is_ready() && refresh <= 0 && is_known(previous, container.item)) continue;
      for (const auto& each : pod.all()) {
        if (wanted.size() == most_lines) return wanted;
        const auto since = each.running_since.find(container.name);
        if (since == each.running_since.end()) continue;
        wanted.push_back({.pod = each.name,
                          .container = container.name,
                          .node = each.node,
                          .version = since->second + (pod.is_ready() ? " ready" : ""),
                          .refresh_seconds = refresh});
      }
    }
  }
  return wanted;
}

}  // namespace gradient
