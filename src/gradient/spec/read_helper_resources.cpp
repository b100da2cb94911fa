#include "gradient/spec/read_helper_resources.h"

#include "gradient/spec/fields.h"
#include "gradient/spec/read_instance_types.h"

namespace gradient {
namespace {

/// `requests` or `limits` of a helper container. Null when absent.
json::Json read_helper_quantities(json::ObjectReader& resources, std::string_view field,
                                  bool may_be_fractions) {
  json::Json read;
  fields::inside(resources, field, [&](json::ObjectReader& quantities) {
    for (const auto* resource : helper_resources) {
      const auto* value = quantities.find(resource);
      if (value == nullptr) continue;
      const auto place = quantities.path(resource);
      if (value->is_double() && !may_be_fractions) {
        quantities.report().add(place, "is a number with a fraction; put it in quotes");
        continue;
      }
      if (auto quantity = read_quantity(resource, *value, place, quantities.report())) {
        if (read.is_null()) read = json::Json::object();
        read[resource] = json::Json(*std::move(quantity));
      }
    }
  });
  return read;
}

}  // namespace

json::Json read_helper_resources(json::ObjectReader& reader, bool may_be_fractions) {
  if (reader.find("resources") == nullptr) return {};
  json::Json limits;
  json::Json requests;
  fields::inside(reader, "resources", [&](json::ObjectReader& resources) {
    limits = read_helper_quantities(resources, "limits", may_be_fractions);
    requests = read_helper_quantities(resources, "requests", may_be_fractions);
    for (const auto* resource : helper_resources) {
      check_bounds(resources, resource, json::string_at(requests, {resource}),
                   json::string_at(limits, {resource}));
    }
  });
  return json::object({{"limits", limits}, {"requests", requests}});
}

}  // namespace gradient
