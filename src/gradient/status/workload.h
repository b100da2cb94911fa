#pragma once

#include "gradient/spec/spec.h"
#include "gradient/status/observed.h"
#include "gradient/status/pod.h"

#include <string>
#include <vector>

namespace gradient::diagnosis {

/// The replica counts of the Deployment, and the pods of its newest revision. Refers to what was
/// observed.
struct Workload {
  std::int64_t wanted = 0;    ///< pods that are asked for now, by spec or autoscaler
  std::int64_t needed = 0;    ///< pods below which the deployment counts as unavailable
  std::int64_t replicas = 0;  ///< pods that exist, by the Deployment's count; so the next three
  std::int64_t ready = 0;
  std::int64_t updated = 0;
  std::int64_t available = 0;
  /// observedGeneration lags: the Deployment's status is about an earlier spec, or there is none
  /// yet.
  bool lags = true;
  std::string newest;       ///< ReplicaSet of the newest revision; empty when not known
  std::vector<Pod> pods;    ///< of the newest revision, that live; by the first name of a group
  std::vector<Pod> failed;  ///< of the newest revision, that ended for good and were not replaced

  bool is_available() const { return available >= needed; }
  /// Pods of an older revision are still to be replaced, or new ones to be made.
  bool is_rolling() const { return lags || updated < wanted || replicas > updated; }
};

Workload workload(const DeploymentSpec& spec, const Observed& observed);

/// Without a spec to go by: the live Deployment counts as what is asked for. No pods.
Workload workload(const json::Json& deployment);

/// With all those of their groups.
std::size_t count(const std::vector<Pod>& pods);

std::string ready_text(std::int64_t ready,
                       std::int64_t wanted);       ///< "1/2", as `status.ready` has it
std::string count_text(const Workload& workload);  ///< "1 of 2 replicas are available"
std::string revision_text(
    const Workload& workload);  ///< "1 of 2 replicas are of the newest revision"

/// Whether the pods of the newest revision have all been available. A Deployment knows that of one
/// whose pods fail later.
bool is_rolled_out(const Workload& workload, const json::Json& deployment);

/// Nothing has moved for longer than the Deployment's progressDeadlineSeconds.
bool has_stalled(const json::Json& deployment);

}  // namespace gradient::diagnosis
