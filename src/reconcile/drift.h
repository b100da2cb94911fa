#pragma once

#include "json/json.h"

#include <string>
#include <vector>

namespace reconcile {

/// Drift detection: whether every field of `wanted` is in `live` with that value, as the server
/// writes it: it drops optional fields that are false, 0 or empty, and has quantities in their
/// canonical form. What others add to a list is no drift: elements of lists that the API merges by
/// key (containers, env, ports, ...) are found by it, those of other lists in their order. Metadata
/// that names a version (resourceVersion) must not be in `wanted`.
bool as_intended(const json::Json& live, const json::Json& wanted);

/// What `live` has in the fields of `wanted`; `wanted` itself where it is as intended. Equal for
/// two objects that differ from it in the same way.
json::Json part_of(const json::Json& live, const json::Json& wanted);

/// The paths of the fields of `wanted` ("spec.template.spec.containers[app].tty") that `live` has
/// not got at all, each as far up as it is missing. What has another value is not counted.
std::vector<std::string> missing(const json::Json& live, const json::Json& wanted);

}  // namespace reconcile
