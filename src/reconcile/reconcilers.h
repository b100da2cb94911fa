#pragma once

#include "reconcile/dataset_reconciler.h"
#include "reconcile/deployment_reconciler.h"
#include "reconcile/model_reconciler.h"
#include "reconcile/registry_reconciler.h"

namespace reconcile {

/// The wiring: the four reconcilers, and what they share, put together. Safe to share between
/// threads.
class Reconcilers {
 public:
  /// What the reconcilers are made from; all of it may be used by several threads and outlives
  /// them.
  struct Parts {
    kube::Client& client;
    const kube::Clock& clock;
    const gradient::Settings& settings;
    const std::string& own_namespace;  ///< where the operator keeps what is its own
    kube::EventRecorder& events;
    Stores& stores;
    Dependents& dependents;
    PollingCache& polled;
    BackgroundReader& reader;
    ContentReferences& content_references;
    const Triggers& triggers;
  };
  explicit Reconcilers(const Parts& parts);
  Reconcilers(const Reconcilers&) = delete;
  Reconcilers& operator=(const Reconcilers&) = delete;

  DeploymentReconciler& deployments() { return deployments_; }
  DatasetReconciler& datasets() { return datasets_; }
  ModelReconciler& models() { return models_; }
  RegistryReconciler& registries() { return registries_; }

 private:
  References references_;
  ScaleConflicts scale_conflicts_;
  Applier applier_;
  Publisher publisher_;
  HashKey hash_key_;
  Resolver resolver_;
  Observer observer_;
  TemplateCheck template_check_;
  Collector collector_;
  DeploymentReconciler deployments_;
  DatasetReconciler datasets_;
  ModelReconciler models_;
  RegistryReconciler registries_;
};

}  // namespace reconcile
