#pragma once

#include "json/json.h"

#include <string>

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

/// The path of the first field of `wanted` ("spec.template.spec.hostUsers") that `answer`, what the
/// server made of it, has not got at all; empty: there is none. What a policy has changed is not
/// counted.
std::string first_dropped(const json::Json& answer, const json::Json& wanted);

}  // namespace reconcile
