#pragma once

#include "gradient/spec/settings.h"
#include "kube/object.h"
#include "reconcile/stores.h"

#include <optional>
#include <string>

namespace reconcile {

/// Which GradientDeployment has a host that deployments choose (spec.endpoint.host): the oldest of
/// those whose Ingress or HTTPRoute has it; where there is none, the oldest of those whose spec
/// asks for it and may. So a deployment that serves keeps its host when an older one asks for it
/// later, and one that was deleted has it until its Ingress is gone. Only of what this operator
/// watches; empty when there is none.
std::optional<kube::Key> holder_of(const std::string& host, const Stores& stores,
                                   const gradient::Settings& settings);

}  // namespace reconcile
