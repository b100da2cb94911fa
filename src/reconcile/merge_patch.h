#pragma once

#include "json/json.h"

namespace reconcile {

/// The JSON merge patch (RFC 7386) that turns `before` into `after`; null when they are equal.
json::Json merge_patch(const json::Json& before, const json::Json& after);

}  // namespace reconcile
