#pragma once

#include "gradient/spec/spec.h"
#include "json/reader.h"

#include <string>
#include <variant>

/// What a deployment brings in: secrets, models and repositories. Problems go to the report; what
/// could not be read is left empty.
namespace gradient {

/// `value` of an env entry; a number is its text, null or absent the empty string.
std::variant<std::string, SecretKey> read_env_value(json::ObjectReader& entry);

ModelMount read_model_mount(json::ObjectReader& entry);

Repositories read_repositories(const json::Json& value, const json::Path& path,
                               json::Report& report);

}  // namespace gradient
