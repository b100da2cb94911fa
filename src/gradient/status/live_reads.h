#pragma once

#include "gradient/spec/spec.h"
#include "gradient/status/observed.h"

#include <cstdint>
#include <string>
#include <vector>

/// What the status needs and no watch delivers: events of pods and
/// ReplicaSets, and the last log line of sidecars.
/// It is read from the API server, and only while it can say more than what is watched.
namespace gradient {

/// Whether events can say more than the pods themselves do: some pod is not ready, or there are
/// fewer pods than wanted.
bool needs_events(const DeploymentSpec& spec, const Observed& observed);

/// The ReplicaSet that is refused its pods; empty when none is. The latest refusal is in its events
/// alone: its condition keeps the first one as long as it stands (calculateStatus() in
/// k8s.io/kubernetes/pkg/controller/replicaset), and the Deployment's is a copy.
std::string refused_replica_set(const DeploymentSpec& spec, const Observed& observed);

/// A running sync sidecar whose last log line is worth reading.
struct SyncSidecar {
  std::string pod, container;
  std::string node;     ///< where it runs
  std::string version;  ///< changes with what makes an earlier line old: its start, and readiness
  std::int64_t refresh_seconds = 0;  ///< how often it looks for newer content; 0: never
  bool operator==(const SyncSidecar&) const = default;
};

std::vector<SyncSidecar> sidecars_to_read(const DeploymentSpec& spec, const Observed& observed,
                                          const json::Json& previous);

}  // namespace gradient
