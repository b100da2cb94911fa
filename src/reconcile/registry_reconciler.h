#pragma once

#include "kube/controller.h"
#include "reconcile/applier.h"
#include "reconcile/publisher.h"

namespace reconcile {

/// ContainerRegistry -> the dockerconfigjson Secret that pods pull with.
class RegistryReconciler {
 public:
  explicit RegistryReconciler(Context& context)
      : context_(context), applier_(context), publisher_(context) {}

  kube::Outcome reconcile(const kube::Key& key, const std::stop_token& stop);

 private:
  /// Why the pull secret is not usable; empty when it is.
  std::optional<gradient::Missing> ensure(const gradient::Parent& parent,
                                          const gradient::RegistrySpec& spec,
                                          const std::stop_token& stop);

  Context& context_;
  Applier applier_;
  Publisher publisher_;
};

}  // namespace reconcile
