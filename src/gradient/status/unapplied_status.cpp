#include "gradient/status/unapplied_status.h"

#include "gradient/spec/names.h"
#include "gradient/status/condition.h"
#include "gradient/status/kstatus.h"
#include "gradient/status/text.h"
#include "gradient/status/workload.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace gradient {
namespace {

using diagnosis::Workload;
using json::Json;

constexpr const char* disabled = "Disabled";
constexpr const char* order[] = {"Ready",         "SpecValid", "ReferencesResolved",
                                 "ContentSynced", "Available", "Progressing"};

/// With 0 replicas: Disabled when the spec asks for 0, else why the spec is not applied.
Condition available(const Workload& workload, const std::string& endpoint,
                    const std::string& reason) {
  if (workload.wanted == 0) {
    const auto left = workload.replicas == 0
                          ? ""
                          : "; " + diagnosis::counted(workload.replicas, "pod") + " to end";
    const bool as_asked = reason == disabled;
    return {
        "Available", ConditionStatus::False, reason,
        std::string("0 replicas") + (as_asked ? "" : ", as before") + ": nothing answers" + left};
  }
  const auto text = diagnosis::count_text(workload);
  if (workload.is_available())
    return {"Available", ConditionStatus::True, "MinimumReplicasAvailable",
            text + " at " + endpoint};
  return {"Available", ConditionStatus::False,
          workload.lags ? "RollingOut" : "MinimumReplicasUnavailable", text};
}

Condition progressing(const Workload& workload, const Json& deployment) {
  const auto text = diagnosis::revision_text(workload);
  const bool stuck = workload.is_rolling() || !workload.is_available();
  if (stuck && !workload.lags && diagnosis::has_stalled(deployment)) {
    return {"Progressing", ConditionStatus::False, "ProgressDeadlineExceeded",
            text + ", and nothing has moved for longer than the Deployment's deadline"};
  }
  if (diagnosis::is_rolled_out(workload, deployment))
    return {"Progressing", ConditionStatus::True, "NewReplicaSetAvailable", text};
  const auto rest = workload.is_rolling() ? "" : "; " + diagnosis::count_text(workload);
  return {"Progressing", ConditionStatus::True, "RollingOut", text + rest};
}

/// What runs on: Deployment and counts, and of its content what is known without the pods.
std::vector<Condition> running(const Workload& workload, const Json& deployment,
                               const Json& previous, const std::string& reason) {
  std::vector<Condition> conditions{
      available(workload, json::string_at(previous, {"endpoint"}), reason),
      progressing(workload, deployment)};
  const bool all_serve = workload.wanted > 0 && workload.is_available() && !workload.is_rolling();
  if (all_serve && json::string_at(condition(previous, "ContentSynced"), {"reason"}) == "Syncing")
    conditions.push_back(
        {"ContentSynced", ConditionStatus::True, "Synced", "what runs has its content"});
  return conditions;
}

/// Where something ran before and its Deployment was deleted.
std::vector<Condition> gone(const std::string& reason) {
  return {{"Available", ConditionStatus::False, reason,
           "0 replicas: nothing answers, there is no Deployment"},
          {"Progressing", ConditionStatus::False, reason,
           "the Deployment is created when this is corrected"}};
}

/// `decided` as they are; the rest of the list as it was, or unknown for the reason that Ready has.
Json with_previous(const std::vector<Condition>& decided, const Parent& parent,
                   const Json& previous, const std::string& now) {
  const auto made = json::object({{"conditions", conditions(decided, parent, previous, now)}});
  std::vector<Json> list;
  for (const std::string type : order) {
    const auto& entry = condition(made, type);
    const auto& before = condition(previous, type);
    if (!entry.is_null()) {
      list.push_back(entry);
    } else if (!before.is_null()) {
      list.push_back(before);
    } else {
      const Condition unknown{type, ConditionStatus::Unknown, decided.front().reason,
                              "nothing was applied yet"};
      list.push_back(conditions({unknown}, parent, previous, now).at(0));
    }
  }
  for (const auto& entry : kstatus_conditions(decided.front(), false))
    list.push_back(conditions({entry}, parent, previous, now).at(0));
  return json::array(std::move(list));
}

/// Why nothing runs, where nothing does, and how many pods would.
struct Nothing {
  std::string reason;
  std::optional<std::int64_t> wanted = {};  ///< empty: not known
};

/// `status.ready` where there is no Deployment; null where never anything ran.
Json none_ready(const std::optional<std::int64_t>& wanted, const Json& previous) {
  if (wanted) return Json(diagnosis::ready_text(0, *wanted));
  const auto before = json::string_at(previous, {"ready"});
  const auto slash = before.find('/');
  return slash == std::string::npos ? Json() : Json("0" + before.substr(slash));
}

/// The status with the conditions `decided`, and with those of the Deployment that still runs.
Json status_beside_running(std::vector<Condition> decided, const Nothing& nothing,
                           const Parent& parent, const Json& deployment, const Json& previous,
                           const std::string& now) {
  auto status = previous.is_object() ? previous : Json::object();
  status["observedGeneration"] = Json(parent.generation);
  const auto& reason = nothing.reason;
  const bool runs = !deployment.is_null();
  if (auto none = none_ready(nothing.wanted, previous); !runs && !none.is_null())
    status["ready"] = std::move(none);
  if (runs || !json::at(previous, {"replicas"}).is_null()) {
    const auto workload = runs ? diagnosis::workload(deployment) : Workload{};
    for (auto& entry : runs ? running(workload, deployment, previous, reason) : gone(reason))
      decided.push_back(std::move(entry));
    if (runs) status["ready"] = Json(diagnosis::ready_text(workload.ready, workload.wanted));
    status["replicas"] = Json(workload.replicas);
    status["readyReplicas"] = Json(workload.ready);
    status["updatedReplicas"] = Json(workload.updated);
  }
  status["conditions"] = with_previous(decided, parent, previous, now);
  return status;
}

/// The one mistake that has a reason of its own: a machine that the catalogue does not have.
std::string reason_of(const json::Problems& problems) {
  const bool machine = problems.size() == 1 &&
                       problems.front().path == "spec.resources.instanceType" &&
                       problems.front().message.starts_with("there is no machine");
  return machine ? "UnknownInstanceType" : "InvalidSpec";
}

}  // namespace

Json invalid_status(const Parent& parent, const json::Problems& problems, const Json& deployment,
                    const Json& previous, const std::string& now) {
  const auto reason = reason_of(problems);
  const auto message = json::text(problems);
  return status_beside_running({{"Ready", ConditionStatus::False, reason, message},
                                {"SpecValid", ConditionStatus::False, reason, message}},
                               {.reason = reason}, parent, deployment, previous, now);
}

Json waiting_status(const Parent& parent, const DeploymentSpec& spec,
                    const std::vector<Blocker>& blockers, const Json& deployment,
                    const Json& previous, const std::string& now) {
  std::string message;
  for (const auto& entry : blockers)
    message += (message.empty() ? "" : "; ") + entry.message;
  const auto& reason = blockers.front().reason;
  const Condition accepted{"SpecValid", ConditionStatus::True, "Valid", "the spec is accepted"};
  const Condition unresolved{"ReferencesResolved", ConditionStatus::False, reason, message};
  const Condition refused{"SpecValid", ConditionStatus::False, reason, message};
  const Condition resolved{"ReferencesResolved", ConditionStatus::True, "Resolved",
                           "all that the spec names exists"};
  const bool is_of_spec = reason == "PodTemplateInvalid";
  return status_beside_running(
      {{"Ready", ConditionStatus::False, reason, message},
       is_of_spec ? refused : accepted,
       is_of_spec ? resolved : unresolved},
      {.reason = spec.replicas() == 0 ? disabled : reason, .wanted = spec.replicas()}, parent,
      deployment, previous, now);
}

Json paused_status(const Parent& parent, const Json& previous, const std::string& now) {
  const std::string annotation = names::paused_annotation;
  const Condition paused{"Paused", ConditionStatus::True, "Paused",
                         "the operator changes nothing while the annotation " + annotation +
                             " is set; to resume: kubectl annotate gdep " + parent.name + " -n " +
                             parent.ns + " " + annotation + "-"};
  std::vector<Json> list;
  for (const auto& before : json::elements_at(previous, {"conditions"}))
    if (json::string_at(before, {"type"}) != paused.type) list.push_back(before);
  list.push_back(conditions({paused}, parent, previous, now).at(0));
  auto status = previous.is_object() ? previous : Json::object();
  status["conditions"] = json::array(std::move(list));
  return status;
}

}  // namespace gradient
