#pragma once

#include "gradient/spec/reading.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The spec of a Model as the API server has it, or all its problems.
Reading<ModelSpec> read_model(const json::Json& object);

/// What is accepted and may not be meant, with the fields' paths: an archive that is served as it
/// is.
json::Problems doubtful_fields(const ModelSpec& spec);

}  // namespace gradient
