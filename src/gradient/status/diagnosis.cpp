#include "gradient/status/diagnosis.h"

#include "gradient/status/admission.h"
#include "gradient/status/check_image.h"
#include "gradient/status/check_node.h"
#include "gradient/status/check_run.h"
#include "gradient/status/check_start.h"
#include "gradient/status/check_volume.h"
#include "gradient/status/events.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <array>

namespace gradient::diagnosis {
namespace {

using json::Json;

constexpr std::array<PodCheck, 9> pod_checks{
    scheduling_gated,       // nobody looks for volumes and nodes yet
    claim_pending,          // a volume has to be found before a node
    unschedulable,          // no node fits
    ended_by_node,          // evicted, or not admitted by the node
    node_not_ready,         // what the pod said last says nothing any more
    volume_without_secret,  // before the mount failures that it causes
    volume_not_attached,    // another node has the volume
    volume_not_mounted,     // the node has it but cannot use it
    no_sandbox,             // no network for the pod
};

constexpr std::array<ContainerCheck, 9> container_checks{
    image_not_pulled,    // the registry's answer
    secret_missing,      // environment of the container
    content_failed,      // the helper's own words are the best there are
    out_of_memory,       // before the exit code that it causes
    start_failed,        // the runtime could not start the program
    hook_failed,         // before the exit code that it causes
    restarted_by_probe,  // before the exit code that it causes
    crash_loop,          // the program ended
    probe_failing,       // the program runs, but does not answer
};

std::optional<Cause> cause_of(const ObservedPod& about) {
  if (about.pod.is_ready()) return std::nullopt;
  for (const auto check : pod_checks) {
    if (auto cause = check(about)) return cause;
  }
  for (const auto& container : about.pod.containers()) {
    for (const auto check : container_checks) {
      if (auto cause = check(about, container)) return cause;
    }
  }
  return std::nullopt;
}

/// Pods that share a cause.
struct Affected {
  Cause cause;
  std::string first;  ///< pod
  std::size_t pods = 0;
};

std::vector<Affected> causes(const StatusInput& input, const std::vector<Pod>& pods) {
  const TemplateFields pod_template(input.spec, input.settings);
  std::vector<Affected> result;
  for (const auto& pod : pods) {
    auto cause = cause_of({input.parent, input.spec, input.settings, pod,
                           events_of(pod, input.observed.events), input.found.pull_servers,
                           pod_template, input.now});
    if (!cause) continue;
    const auto same = std::find_if(result.begin(), result.end(), [&](const Affected& group) {
      return group.cause.reason == cause->reason && group.cause.subject == cause->subject;
    });
    if (same == result.end()) {
      result.push_back({*std::move(cause), pod.name(), pod.count()});
    } else {
      same->pods += pod.count();
    }
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const Affected& a, const Affected& b) { return a.pods > b.pods; });
  return result;
}

std::string who(const Affected& affected, std::size_t all) {
  if (all == 1) return "pod " + affected.first;
  return std::to_string(affected.pods) + " of " + counted(static_cast<std::int64_t>(all), "pod") +
         " (" + affected.first + (affected.pods > 1 ? ", ..." : "") + ")";
}

}  // namespace

std::optional<Cause> root_cause(const StatusInput& input, const Workload& workload) {
  if (workload.lags || workload.wanted == 0) return std::nullopt;
  if (workload.updated < workload.wanted) {
    const TemplateFields pod_template(input.spec, input.settings);
    if (auto cause = not_created(input, pod_template, workload)) return cause;
  }
  auto found = causes(input, workload.pods);
  if (found.empty()) found = causes(input, workload.failed);
  if (found.empty()) return std::nullopt;
  const auto all = std::max(count(workload.pods), static_cast<std::size_t>(workload.wanted));
  auto result = found.front().cause;
  result.message.clear();
  for (const auto& affected : found) {
    result.message +=
        (result.message.empty() ? "" : "; ") + who(affected, all) + ": " + affected.cause.message;
  }
  return result;
}

}  // namespace gradient::diagnosis
