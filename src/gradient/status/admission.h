#pragma once

#include "gradient/status/cause.h"
#include "gradient/status/workload.h"

#include <optional>

namespace gradient::diagnosis {

/// Why the cluster lets no pods of the newest revision be made, and what helps; empty when nothing
/// is refused.
std::optional<Cause> not_created(const DeploymentSpec& spec, const Observed& observed,
                                 const Workload& workload);

}  // namespace gradient::diagnosis
