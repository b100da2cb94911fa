#pragma once

#include "gradient/render/render.h"
#include "json/problem.h"
#include "kube/control/controller.h"
#include "reconcile/applier.h"
#include "reconcile/content_references.h"
#include "reconcile/observer.h"
#include "reconcile/publisher.h"
#include "reconcile/references.h"
#include "reconcile/resolver.h"
#include "reconcile/template_check.h"
#include "reconcile/triggers.h"

namespace reconcile {

/// The reconciler of GradientDeployments: GradientDeployment -> Deployment, Service, autoscaler,
/// disruption budget, Ingress or HTTPRoute, status. Safe to share between threads.
class DeploymentReconciler {
 public:
  /// All of it has to outlive this.
  struct Parts {
    const gradient::Settings& settings;
    Stores& stores;
    References& references;
    ContentReferences& content_references;
    Resolver& resolver;
    TemplateCheck& template_check;
    Applier& applier;
    Observer& observer;
    Publisher& publisher;
    const Triggers& triggers;
  };
  explicit DeploymentReconciler(const Parts& parts) : parts_(parts) {}

  kube::Outcome reconcile(const kube::Key& key, const std::stop_token& stop);

 private:
  struct Applied {
    gradient::Rendered rendered;
    std::vector<gradient::Blocker> refused;
  };

  kube::Outcome forget(const kube::Key& key);
  kube::Outcome pause(const json::Json& object, const std::stop_token& stop);
  kube::Outcome reject(const json::Json& object, const json::Problems& problems,
                       const std::stop_token& stop);
  kube::Outcome wait(const json::Json& object, const gradient::DeploymentSpec& spec,
                     const std::vector<gradient::Blocker>& blockers, const std::stop_token& stop);
  std::vector<gradient::Blocker> template_refusals(const gradient::Parent& parent,
                                                   const gradient::DeploymentSpec& spec,
                                                   const gradient::Found& found,
                                                   const gradient::Rendered& rendered,
                                                   const json::Shared& live,
                                                   const std::stop_token& stop);
  Applied apply(const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
                gradient::Rendered rendered, const std::stop_token& stop);
  kube::Outcome publish_status(const json::Json& object, const gradient::DeploymentSpec& spec,
                               const gradient::Found& found, const Applied& applied,
                               const std::stop_token& stop);

  void enqueue_rivals(const gradient::Parent& parent, const std::string& host);
  json::Json child(const gradient::Parent& parent);

  Parts parts_;
};

}  // namespace reconcile
