#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The PodDisruptionBudget: one pod at a time may be evicted. Null when one pod at most may run,
/// for which it would only keep nodes from being drained.
json::Json disruption_budget(const Parent& parent, const DeploymentSpec& spec);

}  // namespace gradient
