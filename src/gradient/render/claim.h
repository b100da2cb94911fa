#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

#include <optional>

namespace gradient {

/// The PersistentVolumeClaim of a Dataset; nothing when the spec names an existing one. It bears a
/// controller reference only under ReclaimPolicy::Delete.
std::optional<json::Json> render_claim(const Parent& parent, const DatasetSpec& spec);

}  // namespace gradient
