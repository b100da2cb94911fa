#pragma once

#include "json/reader.h"

namespace gradient {

/// `resources` of helper containers: {"limits": {"memory": "8Gi"}, "requests": {...}} with
/// quantities in canonical form, of cpu, memory and ephemeral-storage; null when absent.
json::Json read_helper_resources(json::ObjectReader& reader);

}  // namespace gradient
