#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The HorizontalPodAutoscaler (autoscaling/v2) of an autoscaled spec; null when the cluster has
/// none of its metrics: without any, the API server would fill in 80 % of cpu.
json::Json autoscaler(const Parent& parent, const DeploymentSpec& spec, const Settings& settings);

}  // namespace gradient
