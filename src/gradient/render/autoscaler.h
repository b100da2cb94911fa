#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The HorizontalPodAutoscaler of an autoscaled spec; null when no metric of it is to be had, for
/// without metrics Kubernetes would choose one.
json::Json autoscaler(const Parent& parent, const DeploymentSpec& spec, const Settings& settings);

}  // namespace gradient
