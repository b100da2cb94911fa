#pragma once

#include "gradient/render/rollout.h"
#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The Deployment (apps/v1), with the pod template. It has no `replicas` while an autoscaler owns
/// them.
json::Json deployment(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                      const Rollout& rollout, const Settings& settings);

}  // namespace gradient
