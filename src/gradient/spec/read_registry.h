#pragma once

#include "gradient/spec/reading.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

Reading<RegistrySpec> read_registry(const json::Json& object);

}  // namespace gradient
