#pragma once

#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/problem.h"

namespace gradient {

/// What the operator's configuration does not let a deployment's own podTemplate say: anything, or
/// what its machine says (resources, node selector, tolerations, runtime class).
json::Problems pod_template_problems(const DeploymentSpec& spec, const Settings& settings);

}  // namespace gradient
