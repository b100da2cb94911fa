#pragma once

#include "json/json.h"

/// Applies a JSON merge patch (RFC 7386) to an object, as an API server does.
inline void apply_merge_patch(json::Json& target, const json::Json& patch) {
  for (const auto& [name, value] : patch.as_object()) {
    if (value.is_null()) {
      if (target.has_field(name)) target.erase(name);
    } else if (value.is_object() && target.has_field(name) && target.at(name).is_object()) {
      apply_merge_patch(target[name], value);
    } else {
      target[name] = value;
    }
  }
}
