#include "reconcile/drift.h"

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
constexpr std::array list_maps{
    ListMap{"containers", "name"},    ListMap{"initContainers", "name"},
    ListMap{"volumes", "name"},       ListMap{"volumeMounts", "mountPath"},
    ListMap{"env", "name"},           ListMap{"imagePullSecrets", "name"},
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
  if (wanted.size() > live.size()) return false;
  if (wanted.size() == 0) return live.size() == 0;
  const auto key = merge_key(field, *wanted.begin());
  if (!key.empty()) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const Json& element) { return element_matches(live, element, key); });
  }
  return std::equal(live.begin(), live.end(), wanted.begin(), wanted.end(),
                    [](const Json& a, const Json& b) { return matches(a, b, {}); });
}

bool matches(const Json& live, const Json& wanted, std::string_view field) {
  if (wanted.is_object()) {
    return live.is_object() &&
           std::all_of(
               wanted.as_object().begin(), wanted.as_object().end(), [&](const auto& member) {
                 return matches(json::at(live, {member.first}), member.second, member.first);
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
