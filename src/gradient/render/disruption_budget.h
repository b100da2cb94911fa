#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The PodDisruptionBudget; null when one pod at most may run, for it would only forbid draining.
json::Json disruption_budget(const Parent& parent, const DeploymentSpec& spec);

}  // namespace gradient
