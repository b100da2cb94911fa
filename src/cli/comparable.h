#pragma once

#include "json/json.h"

namespace cli {

/// An object as two of them are compared: without status and what the server or a hash of the rest
/// changes by itself. Pure.
json::Json comparable(json::Json object);

/// `live` as `kubectl apply` of `wanted` leaves it: the spec of `wanted`, and its labels and
/// annotations over those that are there. Pure.
json::Json replaced(json::Json live, const json::Json& wanted);

}  // namespace cli
