#include "reconcile/observer.h"

#include "base/rfc3339.h"
#include "gradient/status/condition.h"
#include "gradient/status/helper_line.h"
#include "gradient/status/scaling.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace reconcile {
namespace {

using json::Json;

std::vector<gradient::PodGroup> pods_of(const kube::Key& deployment, const kube::Store& pods) {
  std::vector<gradient::NamedFacts> facts;
  for (auto& [pod, text] : pods.indexed_summaries(parent_term(deployment)))
    facts.push_back({std::move(pod.name), std::move(text)});
  return gradient::grouped(facts, [&](const std::string& name) {
    return pods.find({deployment.ns, name});
  });
}

bool is_controlled(const json::Shared& live, const gradient::Parent& parent) {
  return live && json::string_at(kube::controller_of(*live), {"uid"}) == parent.uid;
}

Ref self(const kube::Key& deployment) {
  return {std::string(gradient_deployments.kind), deployment};
}

/// Without what nobody here reads.
std::function<BackgroundReader::Result(const std::stop_token&)> events_with(
    kube::Client& client, const std::string& ns, const std::string& fields) {
  return [&client, ns, fields](const std::stop_token& stop) {
    auto found = client.list(kube::events, ns, {.labels = {}, .fields = fields}, stop,
                             BackgroundReader::read_timeout);
    for (auto& event : found) {
      if (event.has_field("metadata") && event.at("metadata").has_field("managedFields"))
        event["metadata"].erase("managedFields");
    }
    return BackgroundReader::Result{.values = std::move(found), .ttl = Observer::period};
  };
}

/// Nobody here knows more of a ReplicaSet than its name, which bears a hash.
BackgroundReader::Query refusals_of(kube::Client& client, const kube::Key& replica_set) {
  return {.name = "events of ReplicaSet " + kube::to_string(replica_set),
          .version = replica_set.name,
          .node = {},
          .read = events_with(client, replica_set.ns,
                              "involvedObject.kind=ReplicaSet,involvedObject.name=" +
                                  replica_set.name + ",reason=FailedCreate")};
}

/// The sidecar says nothing more until it looks for newer content.
bool is_at_rest(const Json& line) {
  return gradient::is_event(line, "published") || gradient::is_event(line, "refresh-failed");
}

}  // namespace

Observer::Observation Observer::observe(const gradient::Parent& parent,
                                        const gradient::DeploymentSpec& spec,
                                        const Json& previous_status) {
  const kube::Key key{parent.ns, parent.name};
  Observation observation{
      .observed = {.deployment = stores_.deployments.find(key),
                   .pods = pods_of(key, stores_.pods),
                   .events = {},
                   .sync_lines = {},
                   .autoscaler = autoscaler(parent),
                   .route = stores_.routes.find(key),
                   .has_ingress = has_ingress(parent),
                   .long_ago = base::rfc3339(clock_.wall() - std::chrono::minutes(1))}};
  auto& observed = observation.observed;
  if (const auto conflict =
          scale_conflicts_.of(key, gradient::has_scale_conflict(previous_status))) {
    observed.scaled_by = conflict->manager;
    observation.scaling_ends = conflict->ends;
  }
  std::vector<BackgroundReader::Query> queries;
  if (gradient::needs_events(spec, observed)) {
    for (const auto& group : observed.pods)
      if (group.is_looked_into) queries.push_back(events_of(client_, *group.pod, "events of Pod "));
    const auto refused = gradient::refused_replica_set(spec, observed);
    if (!refused.empty()) queries.push_back(refusals_of(client_, {parent.ns, refused}));
  }
  const auto events = queries.size();
  const auto sidecars = gradient::sidecars_to_read(spec, observed, previous_status);
  for (const auto& sidecar : sidecars)
    queries.push_back(last_line(parent.ns, sidecar));

  auto results = reader_.get(self(key), std::move(queries));
  for (std::size_t i = 0; i < results.size(); ++i) {
    auto& [values, is_pending, expires, is_node_silent] = results[i];
    observation.is_pending = observation.is_pending || is_pending;
    observation.expires = std::min(observation.expires.value_or(expires), expires);
    if (is_node_silent) observed.silent_nodes.insert(sidecars[i - events].node);
    if (i < events) {
      std::move(values.begin(), values.end(), std::back_inserter(observed.events));
    } else if (!values.empty()) {
      const auto& sidecar = sidecars[i - events];
      observed.sync_lines[sidecar.pod + "/" + sidecar.container] = std::move(values.front());
    }
  }
  return observation;
}

void Observer::forget(const kube::Key& deployment) {
  reader_.forget(self(deployment));
  scale_conflicts_.forget(deployment);
}

json::Shared Observer::autoscaler(const gradient::Parent& parent) const {
  auto live = stores_.autoscalers.find({parent.ns, parent.name});
  return is_controlled(live, parent) ? live : std::nullopt;
}

bool Observer::has_ingress(const gradient::Parent& parent) const {
  const kube::Key key{parent.ns, parent.name};
  return is_controlled(stores_.ingresses.find(key), parent) ||
         is_controlled(stores_.routes.find(key), parent);
}

std::optional<std::chrono::milliseconds> Observer::requeue_after(
    const gradient::DeploymentSpec& spec, const Observation& observation,
    const Json& status) const {
  const auto expired = until_expired(spec, observation, status);
  if (!observation.scaling_ends) return expired;
  const auto ended = std::chrono::ceil<std::chrono::milliseconds>(
      std::max(*observation.scaling_ends - clock_.now(), kube::Clock::TimePoint::duration(0)));
  return std::min(expired.value_or(ended), ended);
}

std::optional<std::chrono::milliseconds> Observer::until_expired(
    const gradient::DeploymentSpec& spec, const Observation& observation,
    const Json& status) const {
  constexpr std::chrono::seconds soonest{1};
  const auto& observed = observation.observed;
  if (observed.pods.empty() && gradient::refused_replica_set(spec, observed).empty())
    return std::nullopt;
  const bool wants_events = gradient::needs_events(spec, observed);
  const bool wants_lines = !gradient::sidecars_to_read(spec, observed, status).empty();
  if (!wants_events && !wants_lines && !gradient::awaits_metrics(observed, status))
    return std::nullopt;
  const auto now = clock_.now();
  if (!observation.expires || *observation.expires <= now) return period;  // or when it is read
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*observation.expires - now);
  return std::max<std::chrono::milliseconds>(left, soonest);
}

BackgroundReader::Query events_of(kube::Client& client, const json::Json& object,
                                  const std::string& what) {
  const auto key = kube::key_of(object);
  const auto uid = kube::uid_of(object);
  return {.name = what + kube::to_string(key),
          .version = uid,
          .node = {},
          .read = events_with(client, key.ns, "involvedObject.uid=" + uid)};
}

/// Of a complete model half a minute after it has looked for newer content: then it has said what
/// it found, or is fetching it.
BackgroundReader::Query Observer::last_line(const std::string& ns,
                                            const gradient::SyncSidecar& sidecar) const {
  const kube::Key pod{ns, sidecar.pod};
  const auto read = [&client = client_, pod, container = sidecar.container,
                     refresh = std::chrono::seconds(sidecar.refresh_seconds)](
                        const std::stop_token& stop) -> BackgroundReader::Result {
    auto line =
        gradient::helper_line(client.log(pod, container, 1, stop, BackgroundReader::read_timeout));
    if (line.is_null()) return {.values = {}, .ttl = period};  // half a line, or nothing yet
    const auto ttl = is_at_rest(line) ? period + refresh : period;
    return {.values = {std::move(line)}, .ttl = ttl};
  };
  return {.name = "logs of Pod " + kube::to_string(pod) + " container " + sidecar.container,
          .version = sidecar.version,
          .node = sidecar.node,
          .read = read};
}

}  // namespace reconcile
