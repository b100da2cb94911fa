#pragma once

#include "json/json.h"

namespace reconcile {

/// Drift detection: whether every field of `wanted` is in `live` with that value. Lists that the
/// API merges by key (containers, env, ports, ...) are compared by key, so that what others add is
/// no drift; all other lists must be equal. Metadata that names a version (resourceVersion) must
/// not be in `wanted`.
bool as_intended(const json::Json& live, const json::Json& wanted);

}  // namespace reconcile
