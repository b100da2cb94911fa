#include "gradient/status/waiting.h"

#include "gradient/status/condition.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <array>

namespace gradient::diagnosis {
namespace {

using json::Json;

/// A pod that goes round the scheduler and that no kubelet has taken: Kubernetes makes it for a
/// node that there is not, removes it after a while and makes the next one.
std::string for_named_node(const Pod& pod, const TemplateFields& pod_template) {
  const auto field = pod_template.of_pod({"nodeName"});
  const bool is_taken = !json::string_at(pod.object(), {"status", "startTime"}).empty() ||
                        json::elements_at(pod.object(), {"status", "containerStatuses"}).size() > 0;
  if (field.empty() || is_taken) return {};
  const auto node = json::string_at(pod.object(), {"spec", "nodeName"});
  return " waits for node " + node + " of " + field + " to take it; see kubectl get node " + node;
}

/// The kubelet takes a pod with readiness gates for ready when somebody has set all of their
/// conditions.
std::string for_gate(const Pod& pod, const TemplateFields& pod_template) {
  if (json::string_at(pod.condition("Ready"), {"reason"}) != "ReadinessGatesNotReady") return {};
  for (const auto& gate : json::elements_at(pod.object(), {"spec", "readinessGates"})) {
    const auto type = json::string_at(gate, {"conditionType"});
    const auto& found = pod.condition(type);
    if (json::string_at(found, {"status"}) == "True") continue;
    const auto field = pod_template.of_element("readinessGates", "conditionType", type);
    return " waits for the condition " + type + " of its readiness gate, which " +
           (found.is_null() ? "nobody has set" : "is " + json::string_at(found, {"status"})) +
           (field.empty() ? "" : "; see who is to set it, or correct " + field);
  }
  return {};
}

/// What the kubelet says of a container that it has not begun to start, where that is more than
/// that it will.
std::string for_container(const Container& container) {
  if (container.is_running()) return " runs but is not ready yet";
  constexpr std::array<std::string_view, 4> usual{"", "ContainerCreating", "PodInitializing",
                                                  "Pending"};
  const auto reason = container.waiting_reason();
  if (std::find(usual.begin(), usual.end(), reason) != usual.end()) return " is about to start";
  const auto message = excerpt(container.waiting_message());
  return " waits: " + reason + (message.empty() ? "" : ": " + message);
}

std::string text(const Pod& pod, const TemplateFields& pod_template) {
  if (!pod.is_scheduled()) return " waits for a node";
  if (auto what = for_named_node(pod, pod_template); !what.empty()) return what;
  for (const auto& container : pod.containers()) {
    if (container.is_up()) continue;
    return ": " + container.subject + for_container(container);
  }
  const auto gate = for_gate(pod, pod_template);
  return gate.empty() ? " is not ready yet" : gate;
}

}  // namespace

std::string waiting_for(const Workload& workload, const TemplateFields& pod_template) {
  for (const auto& pod : workload.pods)
    if (!pod.is_ready()) return "; pod " + pod.name() + text(pod, pod_template);
  return {};
}

}  // namespace gradient::diagnosis
