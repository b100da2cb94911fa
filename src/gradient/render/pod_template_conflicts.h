#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

#include <vector>

namespace gradient {

/// What in a podTemplate, the deployment's own or that of the configuration, would replace or hide
/// a part that the operator gives the pod: a volume's name, a claim, a mount, a port. Nothing may
/// be blocked or pending in `found`, and `settings` must know the instance type.
std::vector<Blocker> pod_template_conflicts(const Parent& parent, const DeploymentSpec& spec,
                                            const Found& found, const Settings& settings);

}  // namespace gradient
