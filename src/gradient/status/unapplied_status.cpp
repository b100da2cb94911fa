#include "gradient/status/unapplied_status.h"

#include "gradient/status/condition.h"
#include "gradient/status/text.h"
#include "gradient/status/workload.h"

#include <algorithm>

namespace gradient {
namespace {

using json::Json;
using why::World;

constexpr const char* disabled = "Disabled";
constexpr const char* order[] = {"Ready",         "SpecValid", "ReferencesResolved",
                                 "ContentSynced", "Available", "Progressing"};

/// Without pods for the reason that holds back what was asked for, unless that was no pods.
Condition available(const World& world, const std::string& endpoint, const std::string& reason) {
  if (world.wanted == 0) {
    const auto left =
        world.replicas == 0 ? "" : "; " + why::counted(world.replicas, "pod") + " to end";
    const bool as_asked = reason == disabled;
    return {
        "Available", Truth::False, reason,
        std::string("0 replicas") + (as_asked ? "" : ", as before") + ": nothing answers" + left};
  }
  const auto text = why::count_text(world);
  if (world.is_available())
    return {"Available", Truth::True, "MinimumReplicasAvailable", text + " at " + endpoint};
  return {"Available", Truth::False, world.lags ? "RollingOut" : "MinimumReplicasUnavailable",
          text};
}

Condition progressing(const World& world, const Json& deployment) {
  const auto text = why::revision_text(world);
  const bool stuck = world.is_rolling() || !world.is_available();
  if (stuck && !world.lags && why::has_stalled(deployment)) {
    return {"Progressing", Truth::False, "ProgressDeadlineExceeded",
            text + ", and nothing has moved for longer than the Deployment's deadline"};
  }
  if (why::is_rolled_out(world, deployment))
    return {"Progressing", Truth::True, "NewReplicaSetAvailable", text};
  const auto rest = world.is_rolling() ? "" : "; " + why::count_text(world);
  return {"Progressing", Truth::True, "RollingOut", text + rest};
}

/// What runs on: Deployment and counts, and of its content what can be told without the pods.
std::vector<Condition> running(const World& world, const Json& deployment, const Json& previous,
                               const std::string& reason) {
  std::vector<Condition> told{available(world, json::string_at(previous, {"endpoint"}), reason),
                              progressing(world, deployment)};
  const bool all_serve = world.wanted > 0 && world.is_available() && !world.is_rolling();
  if (all_serve && json::string_at(condition(previous, "ContentSynced"), {"reason"}) == "Syncing")
    told.push_back({"ContentSynced", Truth::True, "Synced", "what runs has its content"});
  return told;
}

/// Of what ran, where somebody deleted the Deployment.
std::vector<Condition> gone(const std::string& reason) {
  return {
      {"Available", Truth::False, reason, "0 replicas: nothing answers, there is no Deployment"},
      {"Progressing", Truth::False, reason, "the Deployment is made when this is mended"}};
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
      const Condition unknown{type, Truth::Unknown, decided.front().reason,
                              "nothing was applied yet"};
      list.push_back(conditions({unknown}, parent, previous, now).at(0));
    }
  }
  return json::array(std::move(list));
}

/// `decided`, beside what runs; `reason` says why nothing does.
Json kept(std::vector<Condition> decided, const std::string& reason, const Parent& parent,
          const Json& deployment, const Json& previous, const std::string& now) {
  auto status = previous.is_object() ? previous : Json::object();
  status["observedGeneration"] = Json(parent.generation);
  const bool runs = !deployment.is_null();
  if (runs || !json::at(previous, {"replicas"}).is_null()) {
    const auto world = runs ? why::world(deployment) : World{};
    for (auto& entry : runs ? running(world, deployment, previous, reason) : gone(reason))
      decided.push_back(std::move(entry));
    status["replicas"] = Json(world.replicas);
    status["readyReplicas"] = Json(world.ready);
    status["updatedReplicas"] = Json(world.updated);
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
  return kept(
      {{"Ready", Truth::False, reason, message}, {"SpecValid", Truth::False, reason, message}},
      reason, parent, deployment, previous, now);
}

Json waiting_status(const Parent& parent, const DeploymentSpec& spec,
                    const std::vector<Blocker>& blockers, const Json& deployment,
                    const Json& previous, const std::string& now) {
  std::string message;
  for (const auto& entry : blockers)
    message += (message.empty() ? "" : "; ") + entry.message;
  const auto& reason = blockers.front().reason;
  return kept({{"Ready", Truth::False, reason, message},
               {"SpecValid", Truth::True, "Valid", "the spec is accepted"},
               {"ReferencesResolved", Truth::False, reason, message}},
              spec.replicas() == 0 ? disabled : reason, parent, deployment, previous, now);
}

}  // namespace gradient
