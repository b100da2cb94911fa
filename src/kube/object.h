#pragma once

#include "json/json.h"

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

using json::Json;

/// Namespace and name (client-go's NamespacedName). `ns` is empty for cluster-scoped kinds.
struct Key {
  std::string ns;
  std::string name;
  auto operator<=>(const Key&) const = default;
};

std::string to_string(const Key& key);  ///< "ns/name"

/// A kind of the API with its resource, as its URL has it (GroupVersionKind and
/// GroupVersionResource in one). Compile-time constants; see below.
struct Kind {
  std::string_view api_version;  ///< "v1", "apps/v1"
  std::string_view kind;         ///< "Deployment"
  std::string_view plural;       ///< "deployments"
  /// What to do where the server does not serve it; empty for what every cluster has.
  std::string_view remedy = {};
  bool operator==(const Kind&) const = default;
};

inline constexpr Kind pods{"v1", "Pod", "pods"};
inline constexpr Kind services{"v1", "Service", "services"};
inline constexpr Kind secrets{"v1", "Secret", "secrets"};
inline constexpr Kind config_maps{"v1", "ConfigMap", "configmaps"};
inline constexpr Kind events{"v1", "Event", "events"};
inline constexpr Kind claims{"v1", "PersistentVolumeClaim", "persistentvolumeclaims"};
inline constexpr Kind deployments{"apps/v1", "Deployment", "deployments"};
inline constexpr Kind replica_sets{"apps/v1", "ReplicaSet", "replicasets"};
inline constexpr Kind jobs{"batch/v1", "Job", "jobs"};
inline constexpr Kind autoscalers{"autoscaling/v2", "HorizontalPodAutoscaler",
                                  "horizontalpodautoscalers"};
inline constexpr Kind budgets{"policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"};
inline constexpr Kind ingresses{"networking.k8s.io/v1", "Ingress", "ingresses"};
inline constexpr Kind routes{"gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes",
                             "install the CRDs of the Gateway API"};
inline constexpr Kind leases{"coordination.k8s.io/v1", "Lease", "leases"};

/// One object as the server sends it, but of its managedFields, which are half of the text, only
/// spec_editors(). Throws std::invalid_argument with position and cause, never with content.
Json parse_object(std::string_view text);

/// The field managers other than `manager` that changed its spec by a plain update (not by
/// server-side apply, not through a subresource, not in another version of its kind) and still own
/// more of it than the number of replicas, and labels and annotations of the pod template.
std::vector<std::string> spec_editors(const Json& object, std::string_view manager);

Key key_of(const Json& object);
std::string uid_of(const Json& object);
std::string resource_version_of(const Json& object);
std::string label_of(const Json& object, std::string_view name);       ///< empty when absent
std::string annotation_of(const Json& object, std::string_view name);  ///< empty when absent

/// It has a deletionTimestamp: no longer ours to write.
bool is_being_deleted(const Json& object);

/// The owner reference with `controller: true`; null when there is none.
const Json& controller_of(const Json& object);

/// Compares resource versions of one resource type: decimal strings of any length, ordered since
/// KEP-5504 (and in fact before). An empty one is older than all.
std::strong_ordering compare_versions(std::string_view left, std::string_view right);

}  // namespace kube
