#pragma once

#include "gradient/render/rollout.h"
#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "gradient/spec/urls.h"
#include "json/json.h"

#include <vector>

namespace gradient {

/// What a GradientDeployment becomes.
struct Rendered {
  /// Its children as server-side-apply intents, in the order in which they are applied. Each bears
  /// labels, a controller reference to the parent and the annotation gradient-operator.dev/applied
  /// (a hash of the rest).
  std::vector<json::Json> objects;
  Urls urls;  ///< the external one only with an Ingress or HTTPRoute among the objects
  Rollout rollout;
};

/// Total and pure: equal input, equal bytes. Nothing may be blocked or pending in `found`, and
/// `settings` must know the instance type.
Rendered render(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                const Settings& settings);

}  // namespace gradient
