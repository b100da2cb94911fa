#include "reconcile/deployment_reconciler.h"

#include "gradient/render/pod_template.h"
#include "gradient/render/pod_template_conflicts.h"
#include "gradient/spec/access_mode_conflicts.h"
#include "gradient/spec/names.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/status/endpoint.h"
#include "gradient/status/scaling.h"
#include "gradient/status/status.h"
#include "gradient/status/unapplied_status.h"
#include "reconcile/children.h"
#include "reconcile/kinds.h"

#include <algorithm>
#include <utility>

namespace reconcile {
namespace {

/// For what brings no event: a refusal that ends (Blocker::needs_retry), and a route that no
/// controller reports on.
constexpr std::chrono::minutes requeue_interval{1};

/// Until replicas that were set back are counted.
constexpr std::chrono::seconds soon{5};

bool any_needs_retry(const std::vector<gradient::Blocker>& blockers) {
  return std::any_of(blockers.begin(), blockers.end(),
                     [](const gradient::Blocker& entry) { return entry.needs_retry; });
}

}  // namespace

kube::Outcome DeploymentReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = parts_.stores.gradient_deployments.find(key);
  if (!object || kube::is_being_deleted(*object)) return forget(key);
  if (gradient::is_paused(*object)) return pause(*object, stop);
  const auto read = gradient::read_deployment(*object, parts_.settings);
  if (const auto* problems = std::get_if<json::Problems>(&read))
    return reject(*object, *problems, stop);
  const auto& spec = std::get<gradient::DeploymentSpec>(read);

  const auto parent = gradient::parent(*object);
  auto found = parts_.resolver.resolve(parent, spec, stop);
  for (auto& conflict : gradient::access_mode_conflicts(spec, found))
    found.blockers.push_back(std::move(conflict));
  if (found.is_pending || !found.blockers.empty()) return wait(*object, spec, found.blockers, stop);
  const auto live = parts_.stores.deployments.find(key);
  auto rendered = children(parent, spec, found, parts_.settings, live);
  const auto refusals = template_refusals(parent, spec, found, rendered, live, stop);
  if (!refusals.empty()) return wait(*object, spec, refusals, stop);

  const auto applied = apply(parent, spec, std::move(rendered), stop);
  return publish_status(*object, spec, found, applied, stop);
}

/// Kubernetes' garbage collector deletes the children.
kube::Outcome DeploymentReconciler::forget(const kube::Key& key) {
  parts_.references.remove({std::string(gradient_deployments.kind), key});
  parts_.observer.forget(key);
  parts_.template_check.forget(key);
  parts_.applier.forget(key);
  return kube::Outcome::done();
}

/// Whoever mends by hand is left alone until the annotation is gone. Its content stays in use.
kube::Outcome DeploymentReconciler::pause(const json::Json& object, const std::stop_token& stop) {
  const auto parent = gradient::parent(object);
  const auto read = gradient::read_deployment(object);
  const auto* spec = std::get_if<gradient::DeploymentSpec>(&read);
  if (spec != nullptr && spec->repositories)
    parts_.content_references.add({parent.ns, spec->repositories->dataset},
                                  gradient::content_of(parent, *spec));
  const auto status =
      gradient::paused_status(parent, json::at(object, {"status"}), parts_.publisher.now());
  parts_.publisher.publish(gradient_deployments, object, status, stop);
  return kube::Outcome::done();
}

/// The spec cannot be read. Its next edit brings it back.
kube::Outcome DeploymentReconciler::reject(const json::Json& object, const json::Problems& problems,
                                           const std::stop_token& stop) {
  const auto parent = gradient::parent(object);
  const auto status = gradient::invalid_status(
      parent, problems, child(parent), json::at(object, {"status"}), parts_.publisher.now());
  parts_.publisher.publish(gradient_deployments, object, status, stop);
  return kube::Outcome::done();
}

/// Nothing is applied while something that the spec names cannot be used, except that pods are
/// switched off, and those of before on again. Without blockers it is pending.
kube::Outcome DeploymentReconciler::wait(const json::Json& object,
                                         const gradient::DeploymentSpec& spec,
                                         const std::vector<gradient::Blocker>& blockers,
                                         const std::stop_token& stop) {
  const auto parent = gradient::parent(object);
  if (spec.replicas() == 0 || !blockers.empty())
    parts_.applier.scale(parent, spec.replicas(), stop);
  if (blockers.empty()) return kube::Outcome::done();
  const auto status = gradient::waiting_status(
      parent, spec, blockers, child(parent), json::at(object, {"status"}), parts_.publisher.now());
  parts_.publisher.publish(gradient_deployments, object, status, stop);
  return any_needs_retry(blockers)
             ? kube::Outcome{.requeue_after = requeue_interval, .is_refused = true}
             : kube::Outcome::done();
}

/// What is wrong with podTemplate is known before anything is applied; what is live was taken.
std::vector<gradient::Blocker> DeploymentReconciler::template_refusals(
    const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
    const gradient::Found& found, const gradient::Rendered& rendered, const json::Shared& live,
    const std::stop_token& stop) {
  if (!gradient::has_pod_template(spec, parts_.settings)) return {};
  const auto& wanted = rendered.objects;
  const auto deployment = std::find_if(wanted.begin(), wanted.end(), [](const json::Json& child) {
    return kind_of(child) == kube::deployments;
  });
  if (live && has_same_intent(*live, *deployment)) return {};
  auto refusals = gradient::pod_template_conflicts(parent, spec, found, parts_.settings);
  if (!refusals.empty()) return refusals;
  if (auto refusal = parts_.template_check.refusal(*deployment, live.has_value(), stop))
    refusals.push_back(*std::move(refusal));
  return refusals;
}

DeploymentReconciler::Applied DeploymentReconciler::apply(const gradient::Parent& parent,
                                                          const gradient::DeploymentSpec& spec,
                                                          gradient::Rendered rendered,
                                                          const std::stop_token& stop) {
  if (spec.repositories)  // before pods can use it, so that no clean-up takes it
    parts_.content_references.add({parent.ns, spec.repositories->dataset},
                                  gradient::content_of(parent, spec));
  auto refused = parts_.applier.apply(parent, rendered.objects, stop);
  parts_.applier.prune(parent, rendered.objects, stop);
  if (spec.replicas() == 0 && !refused.empty()) parts_.applier.scale(parent, 0, stop);
  if (!rendered.urls.external.empty()) enqueue_rivals(parent, spec.exposure.host);
  return {std::move(rendered), std::move(refused)};
}

kube::Outcome DeploymentReconciler::publish_status(const json::Json& object,
                                                   const gradient::DeploymentSpec& spec,
                                                   const gradient::Found& found,
                                                   const Applied& applied,
                                                   const std::stop_token& stop) {
  const auto parent = gradient::parent(object);
  const auto& previous = json::at(object, {"status"});
  const auto observation = parts_.observer.observe(parent, spec, previous);
  if (observation.is_pending) return {.requeue_after = BackgroundReader::first_result_timeout};
  const auto& observed = observation.observed;
  if (gradient::is_scaled_back(parent, observed, previous)) return {.requeue_after = soon};
  const auto status = gradient::status({.parent = parent,
                                        .spec = spec,
                                        .settings = parts_.settings,
                                        .found = found,
                                        .urls = applied.rendered.urls,
                                        .rollout = applied.rendered.rollout.reason,
                                        .refused = applied.refused,
                                        .observed = observed,
                                        .previous = previous,
                                        .now = parts_.publisher.now()});
  parts_.publisher.publish(gradient_deployments, object, status, stop);
  if (any_needs_retry(applied.refused))
    return {.requeue_after = requeue_interval, .is_refused = true};
  if (observed.route && gradient::is_unseen(*observed.route))
    return {.requeue_after = requeue_interval};
  return {.requeue_after = parts_.observer.requeue_after(spec, observation, status)};
}

/// Another deployment may have found the host free at the same time; now only one of them does.
void DeploymentReconciler::enqueue_rivals(const gradient::Parent& parent, const std::string& host) {
  if (host.empty()) return;
  for (const auto& key : parts_.stores.gradient_deployments.indexed_keys(host_term(host))) {
    if (key != kube::Key{parent.ns, parent.name})
      parts_.triggers.enqueue({std::string(gradient_deployments.kind), key});
  }
}

/// The live Deployment, if it is ours; else null.
json::Json DeploymentReconciler::child(const gradient::Parent& parent) {
  auto live = parts_.stores.deployments.find({parent.ns, parent.name});
  if (!live || json::string_at(kube::controller_of(*live), {"uid"}) != parent.uid) return {};
  return *std::move(live);
}

}  // namespace reconcile
