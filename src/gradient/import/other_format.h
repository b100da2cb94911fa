#pragma once

#include "json/json.h"

#include <string>

namespace gradient {

/// What a document is when it is no Gradient spec, and what to do with it: "is a compose file; ..."
/// Empty for what may be a Gradient spec, however wrong its fields are.
std::string other_format(const json::Json& document);

/// Whether a spec has what only the Gradient platform's own files have, so that it has to be
/// imported: a version, a name, or fields of v1.
bool is_of_platform(const json::Json& spec);

}  // namespace gradient
