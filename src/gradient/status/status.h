#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "gradient/spec/urls.h"
#include "json/json.h"
#include "json/reader.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gradient {

/// The world of one GradientDeployment, as it was seen. Raw API objects.
struct Observed {
  std::optional<json::Json> deployment;  ///< apps/v1 Deployment
  std::vector<json::Json> pods;          ///< all of its pods, of every revision
  std::vector<json::Json> events;        ///< of its Deployment, ReplicaSets and pods; may be empty
  /// Last JSON log line of a running sync sidecar, keyed "POD/CONTAINER".
  std::map<std::string, json::Json> sync_lines;
  std::optional<json::Json> autoscaler{};  ///< autoscaling/v2 HorizontalPodAutoscaler
  std::optional<json::Json> route{};       ///< gateway.networking.k8s.io/v1 HTTPRoute
  bool has_ingress = false;                ///< an Ingress or HTTPRoute that is its own exists
  /// RFC 3339. What has lasted since then does not pass by itself.
  std::string long_ago{};
};

/// What a status is made of. For a call: it refers to what must outlive it.
struct StatusInput {
  const Parent& parent;
  const DeploymentSpec& spec;
  const Settings& settings;
  const Found& found;
  const Urls& urls;                     ///< as render says
  const std::string& rollout;           ///< Rollout::reason, as render says
  const std::vector<Blocker>& refused;  ///< children that could not be applied, and why
  const Observed& observed;
  const json::Json& previous;  ///< the live status; null when there is none
  std::string now;             ///< RFC 3339, UTC
};

/// The status of a GradientDeployment whose children were applied. Conditions keep their
/// lastTransitionTime unless their status changes, and content of the previous status that is still
/// true stays. Equal input, equal bytes.
///
/// Ready is about the spec as it is now, Available about the users of the service:
///  * False when something stands in the way of what the spec asks for: a refused child, a pod of
///    the newest revision that cannot come up (even while pods of the old one serve: Available
///    stays True then), content that is on its way, or too few pods.
///  * Unknown while a change rolls out, nothing is wrong and enough pods serve.
///  * True when all is done; also with 0 replicas (Disabled), and with autoscaling by
///    requestDuration that the operator's configuration provides no metric for: SpecValid is then
///    False with MetricNotConfigured, which Ready repeats as its reason, but the pods serve. With
///    an autoscaler that gets no metrics Available and Ready are True with ScalingInactive.
/// Its reason and message are those of the condition that decides, in the order of the list.
///
/// content: {"repositories": [{name, url, ref, commit}], "models": [{id, source, revision,
/// bytes}]}, in the order of the spec; what is not known yet is left out.
json::Json status(const StatusInput& input);

/// The spec cannot be read: nothing was applied, what runs runs on. Counts, Available and
/// Progressing are those of `deployment`, the live child (null when there is none); content is that
/// of `previous`.
json::Json invalid_status(const Parent& parent, const json::Problems& problems,
                          const json::Json& deployment, const json::Json& previous,
                          const std::string& now);

/// What the spec names cannot be used: nothing was applied, unless 0 replicas are asked for. The
/// reason is that of the first of the blockers; the rest is as in invalid_status.
json::Json waiting_status(const Parent& parent, const DeploymentSpec& spec,
                          const std::vector<Blocker>& blockers, const json::Json& deployment,
                          const json::Json& previous, const std::string& now);

/// A status with the one condition Ready, for Dataset, Model and ContainerRegistry. `fields` are
/// put beside it (object or null).
json::Json simple_status(const Parent& parent, bool ready, const std::string& reason,
                         const std::string& message, const json::Json& fields,
                         const json::Json& previous, const std::string& now);

/// Why the configured endpoint is not to be had as it should: another deployment's host, a
/// certificate's Secret that is not there, or what the Gateway's controller says of the HTTPRoute.
/// One from before `observed.long_ago` that no controller has looked at has a Gateway that does not
/// exist, or that nobody serves.
std::vector<Blocker> endpoint_problems(const Parent& parent, const Settings& settings,
                                       const Found& found, const Observed& observed);

/// Whether a controller may still look at the HTTPRoute.
bool is_unseen(const json::Json& route);

/// Whether asking for events can tell more than the pods themselves do: some pod waits, or there
/// are fewer pods than wanted.
bool wants_events(const DeploymentSpec& spec, const Observed& observed);

/// Whether an autoscaler that gets no metrics yet is to be told of later, if it still gets none.
bool awaits_metrics(const Observed& observed, const json::Json& previous);

/// A running sync sidecar whose last log line is worth reading.
struct SyncSidecar {
  std::string pod, container;
  std::string node;     ///< where it runs
  std::string edition;  ///< changes with what makes an earlier line old: its start, and readiness
  std::int64_t refresh_seconds = 0;  ///< how often it looks for newer content; 0: never
  bool operator==(const SyncSidecar&) const = default;
};

std::vector<SyncSidecar> wanted_sync_lines(const DeploymentSpec& spec, const Observed& observed,
                                           const json::Json& previous);

}  // namespace gradient
