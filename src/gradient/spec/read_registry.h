#pragma once

#include "gradient/spec/reading.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The spec of a ContainerRegistry as the API server has it, or all its problems.
Reading<RegistrySpec> read_registry(const json::Json& object);

}  // namespace gradient
