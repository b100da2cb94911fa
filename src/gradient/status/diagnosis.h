#pragma once

#include "gradient/status/cause.h"
#include "gradient/status/status.h"
#include "gradient/status/workload.h"

#include <optional>

namespace gradient::diagnosis {

/// Why pods of the newest revision do not come up, all replicas considered: what holds most of
/// them back first, the rest after it. Empty when nothing is known to be wrong.
std::optional<Cause> root_cause(const StatusInput& input, const Workload& workload);

}  // namespace gradient::diagnosis
