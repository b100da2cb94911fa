#include "gradient/status/check_node.h"

#include "gradient/status/events.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <array>

namespace gradient::diagnosis {
namespace {

using json::Json;

/// What the scheduler says about a pod that has no node; empty when it has not said anything.
std::string scheduler_text(const ObservedPod& about) {
  if (about.pod.is_scheduled()) return {};
  const auto& condition = about.pod.condition("PodScheduled");
  const auto message = json::string_at(condition, {"message"});
  if (json::string_at(condition, {"status"}) == "False" && !message.empty()) return message;
  const auto* event = last(about, {"FailedScheduling"});
  return event == nullptr ? "" : json::string_at(*event, {"message"});
}

/// Preemption is the scheduler's own affair: what follows is about other pods.
std::string without_preemption(const std::string& text) {
  const auto end = std::min(text.find(" no new claims to deallocate"), text.find(" preemption:"));
  return excerpt(text.substr(0, end));
}

bool is_about_claim(const std::string& text) {
  constexpr std::array<std::string_view, 6> parts{"persistentvolumeclaim",
                                                  "persistent volumes to bind",
                                                  "pvc(s) bound to non-existent",
                                                  "binding volumes",
                                                  "storageclass",
                                                  "enough free storage"};
  return has_any(text, parts);
}

/// What the scheduler's words are about in podTemplate.
struct Constraint {
  std::string_view text, field;
};
constexpr std::array<Constraint, 5> constraints{{{"affinity/selector", "affinity"},
                                                 {"affinity/selector", "nodeSelector"},
                                                 {"affinity rules", "affinity"},
                                                 {"topology spread", "topologySpreadConstraints"},
                                                 {"untolerated taint", "tolerations"}}};

std::string placement_remedy(const ObservedPod& about, const std::string& text) {
  std::vector<std::string> fields;
  for (const auto& [words, name] : constraints) {
    auto field = has(text, words) ? about.pod_template.of_pod({name}) : "";
    if (!field.empty() && std::find(fields.begin(), fields.end(), field) == fields.end())
      fields.push_back(std::move(field));
  }
  return fields.empty() ? "" : "; check " + listed(fields);
}

/// A claim that podTemplate names and that is not there: `persistentvolumeclaim "data" not found`.
std::string claim_remedy(const ObservedPod& about, const std::string& text) {
  const auto name = has(text, "not found") ? in_quotes(text) : "";
  for (const auto& volume : json::elements_at(about.pod.object(), {"spec", "volumes"})) {
    if (name.empty() || json::string_at(volume, {"persistentVolumeClaim", "claimName"}) != name)
      continue;
    const auto field =
        about.pod_template.of_element("volumes", "name", json::string_at(volume, {"name"}));
    if (!field.empty()) return "; create the claim, or correct " + field;
  }
  return "; see kubectl describe pvc -n " + about.parent.ns +
         ", and check size, access modes and storage class of the Dataset";
}

/// "C4 requests 1 CPU, 4Gi memory": what the scheduler's words are to be compared with.
std::string request(const ObservedPod& about) {
  const auto& name = about.spec.resources.instance_type;
  const auto* type = about.settings.instance_type(name);
  std::string all;
  const auto add = [&](const std::string& amount, std::string_view what) {
    if (!amount.empty()) all.append(all.empty() ? "" : ", ").append(amount + " ").append(what);
  };
  if (type != nullptr) {
    add(type->cpu_request, "CPU");
    add(type->memory_request, "memory");
    if (type->gpus > 0) add(std::to_string(type->gpus), type->gpu_resource);
  }
  return all.empty() ? "instance type " + name : name + " requests " + all;
}

std::string claims(const Pod& pod) {
  std::string names;
  for (const auto& volume : json::elements_at(pod.object(), {"spec", "volumes"})) {
    const auto name = json::string_at(volume, {"persistentVolumeClaim", "claimName"});
    if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

}  // namespace

/// The scheduler does not look at the pod as long as it has gates.
std::optional<Cause> scheduling_gated(const ObservedPod& about) {
  const auto& gates = json::elements_at(about.pod.object(), {"spec", "schedulingGates"});
  if (about.pod.is_scheduled() || gates.size() == 0) return std::nullopt;
  std::vector<std::string> names;
  std::vector<std::string> fields;
  for (const auto& gate : gates) {
    names.push_back(json::string_at(gate, {"name"}));
    auto field = about.pod_template.of_element("schedulingGates", "name", names.back());
    if (!field.empty()) fields.push_back(std::move(field));
  }
  return Cause{
      "SchedulingGated",
      "is held back from the scheduler by " +
          std::string(names.size() == 1 ? "its scheduling gate " : "its scheduling gates ") +
          listed(names) + "; see who is to remove " + (names.size() == 1 ? "it" : "them") +
          " from the pod" + (fields.empty() ? "" : ", or remove " + listed(fields)),
      "gates"};
}

std::optional<Cause> claim_pending(const ObservedPod& about) {
  const auto text = scheduler_text(about);
  if (text.empty() || !is_about_claim(text)) return std::nullopt;
  return Cause{"ClaimPending",
               "no volume is bound to its claims (" + claims(about.pod) +
                   "): " + without_preemption(text) + claim_remedy(about, text),
               "claims"};
}

std::optional<Cause> unschedulable(const ObservedPod& about) {
  const auto text = scheduler_text(about);
  if (text.empty()) return std::nullopt;
  return Cause{"Unschedulable",
               "no node takes it (" + request(about) + "): " + without_preemption(text) +
                   placement_remedy(about, text),
               "node"};
}

std::optional<Cause> ended_by_node(const ObservedPod& about) {
  if (!about.pod.is_failed()) return std::nullopt;
  const auto reason = json::string_at(about.pod.object(), {"status", "reason"});
  const auto text = excerpt(json::string_at(about.pod.object(), {"status", "message"}));
  if (reason == "Evicted") {
    return Cause{"Evicted",
                 "was evicted by its node: " + text +
                     "; choose a larger spec.resources.instanceType, or free what the node lacks",
                 "node"};
  }
  return Cause{"StartFailed",
               "was ended by its node: " + (reason.empty() ? "Failed" : reason) +
                   (text.empty() ? "" : ": " + text),
               "node"};
}

/// The node lifecycle controller sets a pod's Ready to False when its node does not report, and
/// leaves all else as the kubelet reported last: ready containers in a pod that is not ready. The
/// kubelet says so itself only with a reason, that of readiness gates.
std::optional<Cause> node_not_ready(const ObservedPod& about) {
  const auto& pod = about.pod;
  const auto& ready = pod.condition("Ready");
  const bool taken_away = json::string_at(ready, {"status"}) == "False" &&
                          json::string_at(ready, {"reason"}).empty() &&
                          json::string_at(pod.condition("ContainersReady"), {"status"}) == "True";
  if (!taken_away) return std::nullopt;
  const auto node = json::string_at(pod.object(), {"spec", "nodeName"});
  return Cause{"NodeNotReady",
               "its node " + node +
                   " is not ready, so that nothing is known of the pod; see "
                   "kubectl describe node " +
                   node +
                   "; while the node stays away, Kubernetes "
                   "replaces its pods, by default after five minutes",
               "node " + node};
}

}  // namespace gradient::diagnosis
