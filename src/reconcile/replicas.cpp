#include "reconcile/replicas.h"

#include "reconcile/kinds.h"
#include "reconcile/ownership.h"

#include <algorithm>

namespace reconcile {

using json::Json;

bool is_autoscaled(const Json& wanted) {
  return kind_of(wanted) == kube::deployments && json::at(wanted, {"spec", "replicas"}).is_null();
}

std::int64_t min_replicas(const std::vector<Json>& children) {
  for (const auto& child : children) {
    if (kind_of(child) == kube::autoscalers) {
      return json::integer_at(child, {"spec", "minReplicas"}, 1);
    }
  }
  return 1;
}

bool owns_replicas(const Json& fresh) {
  const auto& entries = json::elements_at(fresh, {"metadata", "managedFields"});
  return std::any_of(entries.begin(), entries.end(), [](const Json& entry) {
    return json::string_at(entry, {"manager"}) == field_manager &&
           !json::at(entry, {"fieldsV1", "f:spec", "f:replicas"}).is_null();
  });
}

Json replicas_intent(const Json& deployment, std::int64_t replicas) {
  const auto key = kube::key_of(deployment);
  return json::object({{"apiVersion", std::string(kube::deployments.api_version)},
                       {"kind", std::string(kube::deployments.kind)},
                       {"metadata", json::object({{"name", key.name},
                                                  {"namespace", key.ns},
                                                  {"uid", kube::uid_of(deployment)}})},
                       {"spec", json::object({{"replicas", replicas}})}});
}

}  // namespace reconcile
