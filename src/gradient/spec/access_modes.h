#pragma once

#include "gradient/spec/spec.h"
#include "json/json.h"

#include <optional>
#include <string_view>
#include <vector>

/// Access modes of volumes and claims, as text and as values.
namespace gradient {

/// As the API spells it: "ReadWriteMany".
std::string_view to_string(AccessMode mode);
std::optional<AccessMode> access_mode(std::string_view text);

/// A claim's or a Dataset status' list of modes; unknown ones (of later Kubernetes versions) are
/// left out.
std::vector<AccessMode> access_modes(const json::Json& list);
json::Json access_modes_json(const std::vector<AccessMode>& modes);

bool has_mode(const std::vector<AccessMode>& modes, AccessMode mode);

}  // namespace gradient
