#pragma once

#include "json/json.h"

namespace reconcile {

/// Whether every field of `wanted` is in `live` with that value. Lists that the API merges by key
/// (containers, env, ports, ...) are compared by key, so that what others add is no drift; all
/// other lists must be equal. Metadata that names a version (resourceVersion) must not be in
/// `wanted`.
bool as_intended(const json::Json& live, const json::Json& wanted);

/// The merge patch (RFC 7386) that turns `before` into `after`; null when they are equal.
json::Json merge_patch(const json::Json& before, const json::Json& after);

}  // namespace reconcile
