#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"
#include "json/problem.h"

#include <string>
#include <vector>

/// Statuses of a GradientDeployment that was not applied: made without a look at its pods.
namespace gradient {

/// The spec cannot be read: nothing was applied, what runs runs on. Counts, Available and
/// Progressing are those of `deployment`, the live child (null when there is none); content is that
/// of `previous`.
json::Json invalid_status(const Parent& parent, const json::Problems& problems,
                          const json::Json& deployment, const json::Json& previous,
                          const std::string& now);

/// What the spec names cannot be used, or the API server refuses its podTemplate: nothing was
/// applied, unless 0 replicas are asked for. The reason is that of the first of the blockers; the
/// rest is as in invalid_status.
json::Json waiting_status(const Parent& parent, const DeploymentSpec& spec,
                          const std::vector<Blocker>& blockers, const json::Json& deployment,
                          const json::Json& previous, const std::string& now);

/// Somebody has paused the deployment: nothing of it is looked at. All is as in `previous`, the
/// observed generation too, besides the condition Paused.
json::Json paused_status(const Parent& parent, const json::Json& previous, const std::string& now);

}  // namespace gradient
