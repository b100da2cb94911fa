#include "gradient/status/workload.h"

#include "gradient/status/condition.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace gradient::diagnosis {
namespace {

using json::Json;

/// The Deployment controller names the newest ReplicaSet in the message of its condition
/// Progressing and in no field: ReplicaSet "demo-5d4f8c7b9" has successfully progressed. The
/// operator does not watch ReplicaSets, which have the revision as an annotation; where the message
/// is another one, the pods have to say it.
std::string newest_by_deployment(const Json& deployment) {
  const auto message =
      json::string_at(condition(json::at(deployment, {"status"}), "Progressing"), {"message"});
  return has(message, "replica") ? in_quotes(message) : "";
}

/// Without that: the one whose first pod is the youngest. Not the one with the youngest pod: an
/// old revision replaces lost pods too.
std::string newest_by_pods(const std::vector<Pod>& pods) {
  std::map<std::string, std::string> begun;
  for (const auto& pod : pods) {
    const auto [entry, is_new] = begun.emplace(pod.replica_set(), pod.first_created());
    if (!is_new) entry->second = std::min(entry->second, pod.first_created());
  }
  const auto youngest = std::max_element(
      begun.begin(), begun.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return youngest == begun.end() ? "" : youngest->first;
}

/// A failed pod stays as a record for ever; it says nothing once a younger pod is ready.
bool is_replaced(const Pod& failed, const std::vector<Pod>& living) {
  return std::any_of(living.begin(), living.end(), [&](const Pod& pod) {
    return pod.is_ready() && pod.last_created() >= failed.last_created();
  });
}

/// As the Deployment controller counts for its condition Available: without maxUnavailable of them,
/// but here never none.
std::int64_t needed_pods(const Json& deployment, std::int64_t lower_bound) {
  const auto spare =
      json::integer_at(deployment, {"spec", "strategy", "rollingUpdate", "maxUnavailable"});
  return std::max<std::int64_t>(lower_bound - spare, std::min<std::int64_t>(lower_bound, 1));
}

Workload counted_workload(const Json& deployment, std::int64_t wanted, std::int64_t lower_bound) {
  Workload result;
  result.wanted = wanted;
  result.needed = needed_pods(deployment, std::min(lower_bound, wanted));
  result.replicas = json::integer_at(deployment, {"status", "replicas"});
  result.ready = json::integer_at(deployment, {"status", "readyReplicas"});
  result.updated = json::integer_at(deployment, {"status", "updatedReplicas"});
  result.available = json::integer_at(deployment, {"status", "availableReplicas"});
  result.lags = json::integer_at(deployment, {"status", "observedGeneration"}) <
                json::integer_at(deployment, {"metadata", "generation"}, 1);
  return result;
}

std::string of_replicas(std::int64_t count, const Workload& workload) {
  return std::to_string(count) + " of " + counted(workload.wanted, "replica") +
         (workload.wanted == 1 ? " is" : " are");
}

}  // namespace

std::string ready_text(std::int64_t ready, std::int64_t wanted) {
  return std::to_string(ready) + "/" + std::to_string(wanted);
}

Workload workload(const Json& deployment) {
  const auto wanted = json::integer_at(deployment, {"spec", "replicas"}, 1);
  return counted_workload(deployment, wanted, wanted);
}

std::string count_text(const Workload& workload) {
  return of_replicas(workload.available, workload) + " available";
}

std::string revision_text(const Workload& workload) {
  return of_replicas(workload.updated, workload) + " of the newest revision";
}

bool is_rolled_out(const Workload& workload, const Json& deployment) {
  if (workload.is_rolling()) return false;
  const auto& progressing = condition(json::at(deployment, {"status"}), "Progressing");
  return workload.available >= workload.wanted ||
         json::string_at(progressing, {"reason"}) == "NewReplicaSetAvailable";
}

bool has_stalled(const Json& deployment) {
  const auto& progressing = condition(json::at(deployment, {"status"}), "Progressing");
  return json::string_at(progressing, {"status"}) == "False";
}

Workload workload(const DeploymentSpec& spec, const Observed& observed) {
  const Json& deployment = observed.deployment ? *observed.deployment : json::null();
  auto wanted = static_cast<std::int64_t>(spec.replicas());
  if (spec.autoscaled()) wanted = json::integer_at(deployment, {"spec", "replicas"}, wanted);
  auto result = counted_workload(deployment, wanted, spec.autoscaled() ? spec.replicas() : wanted);

  std::vector<Pod> pods;
  for (const auto& group : observed.pods) {
    pods.emplace_back(group, spec);
    if (pods.back().is_deleted()) pods.pop_back();
  }
  std::sort(pods.begin(), pods.end(),
            [](const Pod& a, const Pod& b) { return a.name() < b.name(); });
  if (result.lags) return result;  // which revision is the newest is not known
  result.newest = newest_by_deployment(deployment);
  if (result.newest.empty()) result.newest = newest_by_pods(pods);
  std::vector<Pod> failed;
  for (auto& pod : pods) {
    if (pod.replica_set() != result.newest) continue;
    (pod.is_failed() ? failed : result.pods).push_back(std::move(pod));
  }
  for (auto& pod : failed) {
    if (!is_replaced(pod, result.pods)) result.failed.push_back(std::move(pod));
  }
  return result;
}

std::size_t count(const std::vector<Pod>& pods) {
  return std::accumulate(pods.begin(), pods.end(), std::size_t{0},
                         [](std::size_t sum, const Pod& pod) { return sum + pod.count(); });
}

}  // namespace gradient::diagnosis
