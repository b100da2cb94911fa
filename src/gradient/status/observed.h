#pragma once

#include "gradient/status/pod_group.h"
#include "json/json.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gradient {

/// What the cluster has of one GradientDeployment: raw API objects, as watches and reads have
/// delivered them.
struct Observed {
  json::Shared deployment;         ///< apps/v1 Deployment
  std::vector<PodGroup> pods;      ///< all of its pods, of every revision
  std::vector<json::Json> events;  ///< of its Deployment, ReplicaSets and pods; may be empty
  /// Last JSON log line of a running sync sidecar, keyed "POD/CONTAINER".
  std::map<std::string, json::Json> sync_lines;
  /// Nodes of pods whose last lines are worth reading, but cannot be read: kubelets do not answer.
  std::set<std::string> silent_nodes{};
  json::Shared autoscaler{};  ///< autoscaling/v2 HorizontalPodAutoscaler
  json::Shared route{};       ///< gateway.networking.k8s.io/v1 HTTPRoute
  bool has_ingress = false;   ///< an Ingress or HTTPRoute that is its own exists
  /// The field manager that sets the Deployment's replicas again and again, which are set back; ""
  /// when only the status before still has it.
  std::optional<std::string> scaled_by{};
  /// RFC 3339. What has lasted since then does not pass by itself.
  std::string long_ago{};
};

}  // namespace gradient
