#pragma once

#include "kube/control/controller.h"
#include "reconcile/publisher.h"
#include "reconcile/references.h"
#include "reconcile/resolver.h"

namespace reconcile {

/// The reconciler of Models: makes nothing; their status says whether deployments can use them.
/// Safe to share between threads.
class ModelReconciler {
 public:
  /// All of it has to outlive this.
  ModelReconciler(Stores& stores, References& references, Resolver& resolver, Publisher& publisher)
      : stores_(stores), references_(references), resolver_(resolver), publisher_(publisher) {}

  kube::Outcome reconcile(const kube::Key& key, const std::stop_token& stop);

 private:
  Stores& stores_;
  References& references_;
  Resolver& resolver_;
  Publisher& publisher_;
};

}  // namespace reconcile
