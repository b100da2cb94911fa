#include "reconcile/deployment_reconciler.h"

#include "gradient/render/render.h"
#include "gradient/spec/fit.h"
#include "gradient/spec/read_spec.h"
#include "gradient/status/status.h"
#include "reconcile/children.h"

namespace reconcile {
namespace {

/// What was refused (a quota, a name that is taken) may be granted without an event to us.
constexpr std::chrono::minutes retry_refused{1};

}  // namespace

kube::Outcome DeploymentReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = context_.stores.gradient_deployments.find(key);
  if (!object ||
      kube::is_being_deleted(*object)) {  // the garbage collector follows owner references
    context_.dependents.set({std::string(gradient_deployments.kind), key}, {});
    return kube::Outcome::done();
  }
  const auto parent = gradient::parent(*object);
  const auto& previous = json::at(*object, {"status"});

  const auto read = gradient::read_deployment(*object, context_.settings);
  if (const auto* problems = std::get_if<json::Problems>(&read)) {
    publisher_.publish(gradient_deployments, *object,
                       gradient::invalid_status(parent, *problems, previous, publisher_.now()),
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

  auto observed = observer_.observe(parent, spec, previous, stop);
  observed.refused = std::move(refused);
  const auto status = gradient::status(
      parent, spec, context_.settings, observed, gradient::endpoint(parent, context_.settings),
      gradient::rollout(spec, found, context_.settings).reason, previous, publisher_.now());
  publisher_.publish(gradient_deployments, *object, status, stop);
  if (!observed.refused.empty()) return kube::Outcome::again_in(retry_refused);
  return {.again = Observer::again(spec, observed, status)};
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
  publisher_.publish(
      gradient_deployments, object,
      gradient::waiting_status(parent, missing, json::at(object, {"status"}), publisher_.now()),
      stop);
  return kube::Outcome::done();
}

}  // namespace reconcile
