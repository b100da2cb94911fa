#pragma once

#include "gradient/spec/spec.h"
#include "json/reader.h"

namespace gradient {

/// `healthChecks` of a deployment: the probes. Problems go to the report; what could not be read is
/// left empty.
HealthChecks read_health_checks(const json::Json& value, const json::Path& path,
                                json::Report& report);

}  // namespace gradient
