#include "reconcile/drift.h"

#include "gradient/spec/quantity.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace reconcile {
namespace {

using json::Json;

/// The list maps (x-kubernetes-list-map-keys) among the fields that we send, and their key; for
/// ports the part of it that tells ours apart.
struct ListMap {
  std::string_view field, key;
};
constexpr std::array list_maps{ListMap{"containers", "name"},
                               ListMap{"initContainers", "name"},
                               ListMap{"volumes", "name"},
                               ListMap{"volumeMounts", "mountPath"},
                               ListMap{"env", "name"},
                               ListMap{"imagePullSecrets", "name"},
                               ListMap{"hostAliases", "ip"},
                               ListMap{"volumeDevices", "devicePath"},
                               ListMap{"resourceClaims", "name"},
                               ListMap{"schedulingGates", "name"},
                               ListMap{"claims", "name"},
                               ListMap{"ownerReferences", "uid"}};

std::string_view merge_key(std::string_view field, const Json& element) {
  if (field == "ports") return element.has_field("containerPort") ? "containerPort" : "port";
  const auto found = std::find_if(list_maps.begin(), list_maps.end(),
                                  [&](const ListMap& map) { return map.field == field; });
  return found == list_maps.end() ? std::string_view() : found->key;
}

bool matches(const Json& live, const Json& wanted, std::string_view field);

bool element_matches(const web::json::array& live, const Json& wanted, std::string_view key) {
  return std::any_of(live.begin(), live.end(), [&](const Json& element) {
    return json::equal(json::at(element, {key}), json::at(wanted, {key})) &&
           matches(element, wanted, {});
  });
}

bool list_matches(const web::json::array& live, const web::json::array& wanted,
                  std::string_view field) {
  if (wanted.size() == 0) return true;
  const auto key = merge_key(field, *wanted.begin());
  if (!key.empty()) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const Json& element) { return element_matches(live, element, key); });
  }
  // Between and behind ours may be what an admission policy adds.
  auto next = wanted.begin();
  for (const auto& element : live)
    if (next != wanted.end() && matches(element, *next, {})) ++next;
  return next == wanted.end();
}

/// false, 0, "", [] and {}, which the server drops from most optional fields.
bool is_zero(const Json& value) {
  if (value.is_boolean()) return !value.as_bool();
  if (value.is_number()) return value.as_number().to_double() == 0;
  if (value.is_string()) return value.as_string().empty();
  return value.size() == 0;
}

/// Which the server writes in its own way: 1000m as 1.
bool is_same_quantity(const Json& live, const Json& wanted) {
  const auto canonical = [](const Json& value) {
    return gradient::values::canonical_quantity(value.is_string() ? value.as_string()
                                                                  : json::text(value));
  };
  const auto quantity = canonical(wanted);
  return quantity && quantity == canonical(live);
}

bool is_of_quantities(std::string_view field) {
  return field == "requests" || field == "limits";
}
bool is_quantity(std::string_view field) {
  return field == "sizeLimit" || field == "divisor";
}

bool member_matches(const Json& live, const Json& wanted, std::string_view object,
                    std::string_view name) {
  if (live.is_null() && is_zero(wanted)) return true;
  if ((is_of_quantities(object) || is_quantity(name)) && is_same_quantity(live, wanted))
    return true;
  return matches(live, wanted, name);
}

bool matches(const Json& live, const Json& wanted, std::string_view field) {
  if (wanted.is_object()) {
    return live.is_object() &&
           std::all_of(wanted.as_object().begin(), wanted.as_object().end(),
                       [&](const auto& member) {
                         return member_matches(json::at(live, {member.first}), member.second, field,
                                               member.first);
                       });
  }
  if (wanted.is_array()) {
    return live.is_array() && list_matches(live.as_array(), wanted.as_array(), field);
  }
  return json::equal(live, wanted);
}

}  // namespace

bool as_intended(const Json& live, const Json& wanted) {
  return matches(live, wanted, {});
}

}  // namespace reconcile
