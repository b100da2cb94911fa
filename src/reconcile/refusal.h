#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "kube/http/error.h"

#include <optional>
#include <string>

namespace reconcile {

/// What the API server's refusal to write `what` ("Service ns/demo") means to the user; such a
/// write is tried again after a minute, without backoff. Empty when the error is not about the
/// object (conflict, throttling, a server in trouble) and belongs to the queue's backoff.
std::optional<gradient::Blocker> refusal(const kube::ApiError& error, const std::string& what);

/// Whether the object does not fit the schema: a field that there is not, a quantity that is none.
/// Of an apply that is answered 500 (kubernetes/kubernetes #122480).
bool fits_no_schema(const kube::ApiError& error);

/// Who has the name that a child of `parent` is to have: `what` as above, `live` its holder.
gradient::Blocker name_conflict(const std::string& what, const json::Json& live,
                                const gradient::Parent& parent);

}  // namespace reconcile
