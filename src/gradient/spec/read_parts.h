#pragma once

#include "gradient/spec/fields.h"

/// The parts of a GradientDeployment's spec, one file each. Problems go to the report; what could
/// not be read is left empty.
namespace gradient {

/// `value` of an env entry; a number is its text, null or absent the empty string.
std::variant<std::string, SecretKey> read_env_value(json::ObjectReader& entry);

ModelMount read_model_mount(json::ObjectReader& entry);

Repositories read_repositories(const json::Json& value, const json::Path& path,
                               json::Report& report);

HealthChecks read_health_checks(const json::Json& value, const json::Path& path,
                                json::Report& report);

Resources read_resources(const json::Json& value, const json::Path& path, json::Report& report);

}  // namespace gradient
