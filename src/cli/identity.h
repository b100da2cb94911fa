#pragma once

#include "json/json.h"
#include "json/problem.h"

#include <optional>

namespace cli {

/// Neither an object nor meant as one: a Gradient spec as the old platform took it.
bool is_bare(const json::Json& value);

/// Whether an object is of our group, in whatever version, or bears a name that only we use.
bool is_ours(const json::Json& object);

/// What is wrong with the fields that say which object this is; the readers of the kinds take them
/// for granted.
std::optional<json::Problem> identity_problem(const json::Json& object);

}  // namespace cli
