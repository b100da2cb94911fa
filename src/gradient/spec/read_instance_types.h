#pragma once

#include "gradient/spec/settings.h"
#include "json/reader.h"

namespace gradient {

/// `instanceTypes` and `instanceTypeLabel` of the configuration, on top of what `settings` holds.
void read_instance_types(json::ObjectReader& reader, Settings& settings);

/// A quantity of `resource` in canonical form, written as text or as a number; empty after a
/// problem.
std::optional<std::string> read_quantity(std::string_view resource, const json::Json& value,
                                         const json::Path& place, json::Report& report);

/// Refuses `requests` of more than the limit of a resource. What is no quantity has no bounds.
void check_bounds(json::ObjectReader& reader, std::string_view resource, std::string_view request,
                  std::string_view limit);

}  // namespace gradient
