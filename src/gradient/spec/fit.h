#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/read_spec.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

#include <vector>

namespace gradient {

/// Like read_deployment(object), and what the configuration does not offer is a problem as well: an
/// instance type that is not in its catalogue.
Reading<DeploymentSpec> read_deployment(const json::Json& object, const Settings& settings);

/// What is accepted and yet without effect under this configuration: a metric for which it names
/// no source.
json::Problems idle_fields(const DeploymentSpec& spec, const Settings& settings);

/// What exists but cannot serve this spec: a dataset that nobody may write for repositories or
/// synchronised models, a claim for one pod under several replicas. To be known before anything is
/// applied.
std::vector<Blocker> misfits(const DeploymentSpec& spec, const Found& found);

}  // namespace gradient
