#pragma once

#include "gradient/spec/reading.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The spec of a GradientDeployment as the API server has it, or all its problems.
Reading<DeploymentSpec> read_deployment(const json::Json& object);

/// What the configuration does not offer is a problem as well: an instance type that is not in its
/// catalogue, a URL of the git protocol, a host that the namespace may not have.
Reading<DeploymentSpec> read_deployment(const json::Json& object, const Settings& settings);

/// Fields that have no effect here, or another one than they seem to have: for advice.
json::Problems doubtful_fields(const DeploymentSpec& spec, const Settings& settings);

}  // namespace gradient
