#include "gradient/render/disruption_budget.h"

#include "gradient/render/labels.h"

namespace gradient {

using json::Json;
using json::object;

Json disruption_budget(const Parent& parent, const DeploymentSpec& spec) {
  const int most = spec.autoscaled() ? spec.resources.autoscaling->max_replicas : spec.replicas();
  if (most < 2) return {};
  return object({
      {"apiVersion", "policy/v1"},
      {"kind", "PodDisruptionBudget"},
      {"metadata", object({{"name", parent.name}})},
      {"spec", object({{"maxUnavailable", 1},
                       {"selector", selector(parent)},
                       // Pods that are not ready serve nobody. The default, IfHealthyBudget, keeps
                       // them on their nodes while the budget is not met, so that a deployment
                       // that cannot start blocks each drain (KEP-3017).
                       {"unhealthyPodEvictionPolicy", "AlwaysAllow"}})},
  });
}

}  // namespace gradient
