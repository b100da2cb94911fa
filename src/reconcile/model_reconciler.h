#pragma once

#include "kube/control/controller.h"
#include "reconcile/publisher.h"
#include "reconcile/resolver.h"

namespace reconcile {

/// Model: makes nothing; its status says whether deployments can use it.
class ModelReconciler {
 public:
  explicit ModelReconciler(Context& context)
      : context_(context), resolver_(context), publisher_(context) {}

  kube::Outcome reconcile(const kube::Key& key, const std::stop_token& stop);

 private:
  Context& context_;
  Resolver resolver_;
  Publisher publisher_;
};

}  // namespace reconcile
