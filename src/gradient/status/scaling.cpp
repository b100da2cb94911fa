#include "gradient/status/scaling.h"

#include "gradient/spec/names.h"
#include "gradient/status/text.h"

namespace gradient {
namespace {

using json::Json;

constexpr const char* scaled_by_others = "ScaledByOthers";

/// The autoscaler's condition when it does not scale; null otherwise. That it leaves alone what
/// was scaled to 0 is no problem.
const Json& objection(const Observed& observed) {
  if (!observed.autoscaler) return json::null();
  const auto& found = condition(json::at(*observed.autoscaler, {"status"}), "ScalingActive");
  const bool is_idle = json::string_at(found, {"status"}) == "False" &&
                       json::string_at(found, {"reason"}) != "ScalingDisabled";
  return is_idle ? found : json::null();
}

bool lasts(const Json& condition, const Observed& observed) {
  const auto since = json::string_at(condition, {"lastTransitionTime"});
  return !since.empty() && since < observed.long_ago;
}

std::string remedy(const std::string& reason) {
  if (diagnosis::has(reason, "resourcemetric")) {
    return "; cpu and memory are measured by metrics-server: see whether it runs in this cluster";
  }
  if (diagnosis::has(reason, "externalmetric")) {
    return "; see what serves external metrics in this cluster, and whether it has "
           "metrics.requestDuration of the operator's configuration";
  }
  return {};
}

std::string scaler(const std::string& manager) {
  // What it scales there are the targets of HorizontalPodAutoscalers alone.
  if (manager == "kube-controller-manager")
    return "a HorizontalPodAutoscaler, which may be a ScaledObject's,";
  return manager == unknown_scaler ? "what scales to 0, such as a ScaledObject," : manager;
}

}  // namespace

std::string diagnosis::scaling_problem(const Observed& observed, const Json& previous) {
  const auto& found = objection(observed);
  const auto& available = condition(previous, "Available");
  const bool have_served = json::string_at(available, {"status"}) == "True";
  if (found.is_null() || !lasts(found, observed) || !have_served || !lasts(available, observed))
    return {};
  const auto reason = json::string_at(found, {"reason"});
  return "nothing is scaled, as HorizontalPodAutoscaler " +
         json::string_at(*observed.autoscaler, {"metadata", "name"}) + " says " + reason + ": " +
         excerpt(json::string_at(found, {"message"})) + remedy(reason);
}

std::optional<Condition> scale_conflict(const Parent& parent, const Observed& observed,
                                        const Json& previous) {
  if (!observed.scaled_by) return std::nullopt;
  Condition found{scaled_by_others, ConditionStatus::True, scaled_by_others, ""};
  if (observed.scaled_by->empty()) {
    found.message = json::string_at(condition(previous, scaled_by_others), {"message"});
    return found;
  }
  found.message =
      scaler(*observed.scaled_by) + " sets the replicas of Deployment " + parent.name +
      " again and again, and the operator sets them back; have it aim at GradientDeployment " +
      parent.name + " of " + std::string(names::group) +
      "/v1alpha1, or remove it and use spec.resources.autoscaling";
  return found;
}

bool has_scale_conflict(const Json& status) {
  return !condition(status, scaled_by_others).is_null();
}

bool is_scaled_back(const Parent& parent, const Observed& observed, const Json& previous) {
  if (!observed.scaled_by || !observed.deployment || !has_scale_conflict(previous)) return false;
  if (json::integer_at(previous, {"observedGeneration"}) != parent.generation) return false;
  const auto& deployment = *observed.deployment;
  const auto number = [&](std::initializer_list<std::string_view> path) {
    return json::integer_at(deployment, path);
  };
  return number({"status", "observedGeneration"}) < number({"metadata", "generation"}) ||
         number({"status", "replicas"}) > number({"spec", "replicas"});
}

bool awaits_metrics(const Observed& observed, const Json& previous) {
  return !objection(observed).is_null() && diagnosis::scaling_problem(observed, previous).empty();
}

}  // namespace gradient
