#pragma once

#include "json/reader.h"

#include <array>

namespace gradient {

/// What helper containers may ask for.
inline constexpr std::array<const char*, 3> helper_resources{"cpu", "memory", "ephemeral-storage"};

/// `resources` of helper containers: {"limits": {"memory": "8Gi"}, "requests": {...}} with
/// quantities in canonical form, of helper_resources; null when absent.
/// `may_be_fractions`: a number such as 0.5 is one of the operator's configuration; of a spec the
/// API server wants it in quotes.
json::Json read_helper_resources(json::ObjectReader& reader, bool may_be_fractions = false);

}  // namespace gradient
