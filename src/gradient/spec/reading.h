#pragma once

#include "json/problem.h"

#include <variant>

namespace gradient {

/// What a reader makes of a custom resource as the API server or a file has it: the spec that the
/// rest of the program trusts, or every problem of the document and not only the first. A problem's
/// path begins at the object ("spec.env[2].value"), and no text of it repeats a value. Readers are
/// the only place that knows the fields of the documents; they are linear in the document's size.
template <class Spec>
using Reading = std::variant<Spec, json::Problems>;

}  // namespace gradient
