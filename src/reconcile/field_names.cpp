#include "reconcile/field_names.h"

#include <algorithm>

namespace reconcile {

using json::Json;

const Json& ElementKeys::find_in(const Json& list) const {
  if (!list.is_array() || !keys_.is_object()) return json::null();
  for (const auto& candidate : list.as_array()) {
    const bool is_it = std::all_of(
        keys_.as_object().begin(), keys_.as_object().end(),
        [&](const auto& key) { return json::equal(json::at(candidate, {key.first}), key.second); });
    if (is_it) return candidate;
  }
  return json::null();
}

std::string ElementKeys::text() const {
  if (!keys_.is_object()) return "[" + json::text(keys_) + "]";
  std::string text;
  for (const auto& [name, value] : keys_.as_object())
    text += (text.empty() ? "" : "/") + (value.is_string() ? value.as_string() : json::text(value));
  return "[" + text + "]";
}

}  // namespace reconcile
