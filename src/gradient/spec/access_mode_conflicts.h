#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/found.h"
#include "gradient/spec/spec.h"

#include <vector>

namespace gradient {

/// Volumes that exist and whose access modes do not allow what the spec asks for: a ReadOnlyMany
/// one for repositories or synchronised models, a ReadWriteOncePod one under several replicas. To
/// be known before anything is applied.
std::vector<Blocker> access_mode_conflicts(const DeploymentSpec& spec, const Found& found);

}  // namespace gradient
