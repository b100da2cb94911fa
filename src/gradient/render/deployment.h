#pragma once

#include "gradient/render/rollout.h"
#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The version of the rules by which deployment() makes a pod template. Raise it with a change that
/// gives the same spec, configuration and objects another template than a release did: the
/// Deployment of a running app bears it as an annotation, so that a later operator knows by which
/// rules it was made, and can leave it until its spec changes. It is on the Deployment and not in
/// the template, so raising it alone replaces no pod.
inline constexpr const char* rendering_rules = "1";

/// The Deployment (apps/v1), with the pod template. It has no `replicas` while an autoscaler owns
/// them.
json::Json deployment(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                      const Rollout& rollout, const Settings& settings);

}  // namespace gradient
