#pragma once

#include "gradient/spec/spec.h"
#include "json/reader.h"

namespace gradient {

/// `resources` of a deployment: replicas, instance type and autoscaling. Problems go to the report;
/// what could not be read is left empty.
Resources read_resources(const json::Json& value, const json::Path& path, json::Report& report);

}  // namespace gradient
