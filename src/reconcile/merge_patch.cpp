#include "reconcile/merge_patch.h"

namespace reconcile {

using json::Json;

Json merge_patch(const Json& before, const Json& after) {
  if (json::equal(before, after)) return {};
  if (!before.is_object() || !after.is_object()) return after;
  Json patch = Json::object();
  for (const auto& [name, value] : before.as_object()) {
    if (!after.has_field(name)) patch[name] = Json::null();
  }
  for (const auto& [name, value] : after.as_object()) {
    const auto& old = json::at(before, {name});
    if (!json::equal(old, value)) patch[name] = merge_patch(old, value);
  }
  return patch;
}

}  // namespace reconcile
