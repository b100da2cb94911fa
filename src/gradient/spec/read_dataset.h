#pragma once

#include "gradient/spec/reading.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The spec of a Dataset as the API server has it, or all its problems.
Reading<DatasetSpec> read_dataset(const json::Json& object);

}  // namespace gradient
