#include "reconcile/replicas.h"

#include "gradient/status/scaling.h"
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

namespace {

bool is_of_replicas(const Json& entry) {
  return !json::at(entry, {"fieldsV1", "f:spec", "f:replicas"}).is_null();
}

}  // namespace

bool owns_replicas(const Json& fresh) {
  const auto& entries = json::elements_at(fresh, {"metadata", "managedFields"});
  return std::any_of(entries.begin(), entries.end(), [](const Json& entry) {
    return json::string_at(entry, {"manager"}) == field_manager && is_of_replicas(entry);
  });
}

std::string other_scaler(const Json& fresh) {
  // The server takes the owner of a number from the Scale, which leaves out a 0: then nobody owns
  // it (ScaleSpec in k8s.io/api/autoscaling/v1; seen with 1.34).
  bool is_owned = json::integer_at(fresh, {"spec", "replicas"}, 1) != 0;
  std::string last;
  std::string manager;
  for (const auto& entry : json::elements_at(fresh, {"metadata", "managedFields"})) {
    if (!is_of_replicas(entry)) continue;
    is_owned = true;
    const auto name = json::string_at(entry, {"manager"});
    const auto time = json::string_at(entry, {"time"});
    const bool is_ours = name == field_manager || name == replicas_field_manager;
    if (is_ours || time < last) continue;
    last = time;
    manager = name;
  }
  return is_owned ? manager : gradient::unknown_scaler;
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
