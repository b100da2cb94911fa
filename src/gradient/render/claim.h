#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

#include <optional>

namespace gradient {

/// The PersistentVolumeClaim of a Dataset; nothing when the spec names an existing one. `live` is
/// the claim of that name, where there is one. The claim bears a controller reference only under
/// ReclaimPolicy::Delete, and not where the claim is_retained().
json::Shared render_claim(const Parent& parent, const DatasetSpec& spec, const json::Shared& live);

/// Whether the claim that a Dataset would have deleted with itself stays all the same: another
/// Dataset of this name has made it and left it with Retain, and no annotation of the claim allows
/// its deletion. `live` as in render_claim().
bool is_retained(const Parent& parent, const DatasetSpec& spec, const json::Shared& live);

}  // namespace gradient
