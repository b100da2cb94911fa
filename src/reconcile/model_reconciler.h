#pragma once

#include "kube/control/controller.h"
#include "reconcile/applier.h"
#include "reconcile/publisher.h"
#include "reconcile/references.h"
#include "reconcile/resolver.h"

namespace reconcile {

/// The reconciler of Models: their status says whether deployments can use them, and a request to
/// fetch goes on to the sidecars that run.
/// Safe to share between threads.
class ModelReconciler {
 public:
  /// All of it has to outlive this.
  ModelReconciler(Stores& stores, References& references, Resolver& resolver, Applier& applier,
                  Publisher& publisher)
      : stores_(stores),
        references_(references),
        resolver_(resolver),
        applier_(applier),
        publisher_(publisher) {}

  kube::Outcome reconcile(const kube::Key& key, const std::stop_token& stop);

 private:
  /// Has the sidecars fetch where the Model asks for it; why that has no effect, or "".
  std::string request_fetch(const gradient::Parent& parent, const gradient::ModelSpec& spec,
                            const std::stop_token& stop);

  Stores& stores_;
  References& references_;
  Resolver& resolver_;
  Applier& applier_;
  Publisher& publisher_;
};

}  // namespace reconcile
