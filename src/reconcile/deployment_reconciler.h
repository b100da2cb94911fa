#pragma once

#include "kube/control/controller.h"
#include "reconcile/applier.h"
#include "reconcile/observer.h"
#include "reconcile/publisher.h"
#include "reconcile/resolver.h"

namespace reconcile {

/// GradientDeployment -> Deployment, Service, autoscaler, disruption budget, Ingress or HTTPRoute,
/// status.
class DeploymentReconciler {
 public:
  explicit DeploymentReconciler(Context& context)
      : context_(context),
        resolver_(context),
        applier_(context),
        observer_(context),
        publisher_(context) {}

  kube::Outcome reconcile(const kube::Key& key, const std::stop_token& stop);

 private:
  kube::Outcome wait(const json::Json& object, const gradient::DeploymentSpec& spec,
                     const std::vector<gradient::Blocker>& blockers, const std::stop_token& stop);

  json::Json child(const gradient::Parent& parent);

  Context& context_;
  Resolver resolver_;
  Applier applier_;
  Observer observer_;
  Publisher publisher_;
};

}  // namespace reconcile
