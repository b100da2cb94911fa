#pragma once

#include "gradient/spec/reading.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The spec of a GradientDeployment as the API server has it, or all its problems.
Reading<DeploymentSpec> read_deployment(const json::Json& object);

/// What the configuration does not offer is a problem as well: an instance type that is not in its
/// catalogue, a URL of the git protocol.
Reading<DeploymentSpec> read_deployment(const json::Json& object, const Settings& settings);

/// What is accepted and yet without effect under this configuration: a metric for which it names
/// no source.
json::Problems fields_without_effect(const DeploymentSpec& spec, const Settings& settings);

}  // namespace gradient
