#pragma once

#include "gradient/spec/parent.h"
#include "json/json.h"

#include <string>

namespace gradient {

/// A status with the one condition Ready, for Dataset, Model and ContainerRegistry. `fields` are
/// put beside it (object or null).
json::Json simple_status(const Parent& parent, bool ready, const std::string& reason,
                         const std::string& message, const json::Json& fields,
                         const json::Json& previous, const std::string& now);

}  // namespace gradient
