#include "reconcile/deployment_reconciler.h"

#include "gradient/render/render.h"
#include "gradient/spec/fit.h"
#include "gradient/spec/read_spec.h"
#include "gradient/status/status.h"
#include "reconcile/children.h"

#include <algorithm>
#include <array>

namespace reconcile {
namespace {

/// What was refused (a quota, a name that is taken) may be granted without an event to us, and a
/// route that nobody looks at gets none.
constexpr std::chrono::minutes look_again{1};

bool is_worth_a_retry(const std::vector<gradient::Missing>& refused) {
  constexpr std::array with_event{"HostTaken", "RouteNotAccepted", "GatewayAPIMissing",
                                  "SecretNotFound", "SecretKeyNotFound"};
  return std::any_of(refused.begin(), refused.end(), [&](const gradient::Missing& entry) {
    return std::find(with_event.begin(), with_event.end(), entry.reason) == with_event.end();
  });
}

}  // namespace

kube::Outcome DeploymentReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = context_.stores.gradient_deployments.find(key);
  if (!object ||
      kube::is_being_deleted(*object)) {  // the garbage collector follows owner references
    refer_to_nothing(context_, {std::string(gradient_deployments.kind), key});
    observer_.forget(key);
    return kube::Outcome::done();
  }
  const auto parent = gradient::parent(*object);
  const auto& previous = json::at(*object, {"status"});

  const auto read = gradient::read_deployment(*object, context_.settings);
  if (const auto* problems = std::get_if<json::Problems>(&read)) {
    publisher_.publish(
        gradient_deployments, *object,
        gradient::invalid_status(parent, *problems, child(parent), previous, publisher_.now()),
        stop);
    return kube::Outcome::done();  // its next edit brings it back
  }
  const auto& spec = std::get<gradient::DeploymentSpec>(read);

  auto found = resolver_.resolve(parent, spec, stop);
  for (auto& misfit : gradient::misfits(spec, found))
    found.missing.push_back(std::move(misfit));
  if (!found.missing.empty()) return wait(*object, spec, std::move(found.missing), stop);

  if (spec.repositories)
    context_.uses.add({key.ns, spec.repositories->dataset}, gradient::content_of(parent, spec));
  const auto wanted =
      children(parent, spec, found, context_.settings, context_.stores.deployments.find(key));
  auto refused = applier_.apply(parent, wanted, stop);
  applier_.prune(parent, wanted, stop);
  if (spec.replicas() == 0 && !refused.empty()) applier_.scale_to_zero(parent, stop);

  auto observation = observer_.observe(parent, spec, previous);
  if (observation.is_awaited) return kube::Outcome::again_in(Reader::patience);
  auto& observed = observation.observed;
  observed.refused = std::move(refused);
  observed.pull_servers = found.pull_servers;
  const auto route = context_.stores.routes.find(key);
  for (auto& problem : gradient::endpoint_problems(parent, context_.settings, found, route,
                                                   publisher_.ago(look_again)))
    observed.refused.push_back(std::move(problem));
  const auto status = gradient::status(parent, spec, context_.settings, observed, endpoint(parent),
                                       gradient::rollout(spec, found, context_.settings).reason,
                                       previous, publisher_.now());
  publisher_.publish(gradient_deployments, *object, status, stop);
  if (is_worth_a_retry(observed.refused) || (route && gradient::is_unseen(*route)))
    return kube::Outcome::again_in(look_again);
  return {.again = observer_.again(spec, observation, status)};
}

/// Where it is reached: from outside once there is what exposes it, until then and without it
/// within the cluster.
std::string DeploymentReconciler::endpoint(const gradient::Parent& parent) {
  for (const auto* store : {&context_.stores.ingresses, &context_.stores.routes}) {
    const auto live = store->find({parent.ns, parent.name});
    const bool is_ours = live && json::string_at(kube::controller_of(*live), {"uid"}) == parent.uid;
    if (is_ours && context_.settings.endpoint)
      return gradient::url(parent, *context_.settings.endpoint);
  }
  return gradient::endpoint(parent, context_.settings);
}

/// The live Deployment, if it is ours; else null.
json::Json DeploymentReconciler::child(const gradient::Parent& parent) {
  auto live = context_.stores.deployments.find({parent.ns, parent.name});
  if (!live || json::string_at(kube::controller_of(*live), {"uid"}) != parent.uid) return {};
  return *std::move(live);
}

/// Nothing is applied while a reference is missing, except scaling to zero. One that its own
/// reconciler is about to look at is no news: its status brings us back.
kube::Outcome DeploymentReconciler::wait(const json::Json& object,
                                         const gradient::DeploymentSpec& spec,
                                         std::vector<gradient::Missing> missing,
                                         const std::stop_token& stop) {
  const auto parent = gradient::parent(object);
  if (spec.replicas() == 0) applier_.scale_to_zero(parent, stop);
  std::erase_if(missing, [](const auto& entry) { return entry.is_passing; });
  if (missing.empty()) return kube::Outcome::done();
  publisher_.publish(gradient_deployments, object,
                     gradient::waiting_status(parent, spec, missing, child(parent),
                                              json::at(object, {"status"}), publisher_.now()),
                     stop);
  return kube::Outcome::done();
}

}  // namespace reconcile
