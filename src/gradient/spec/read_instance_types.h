#pragma once

#include "gradient/spec/settings.h"
#include "json/reader.h"

namespace gradient {

/// `instanceTypes` and `instanceTypeLabel` of the configuration, on top of what `settings` holds.
void read_instance_types(json::ObjectReader& reader, Settings& settings);

/// `requests` or `limits`: quantities in canonical form by resource name; `each` takes them.
using OnQuantity = std::function<void(const std::string& resource, const std::string& quantity,
                                      const json::Path& path)>;
void read_quantities(json::ObjectReader& reader, std::string_view field, const OnQuantity& each);

/// Refuses `requests` of more than the limit of a resource. What is no quantity has no bounds.
void check_bounds(json::ObjectReader& reader, std::string_view resource, std::string_view request,
                  std::string_view limit);

}  // namespace gradient
