#pragma once

#include "gradient/render/pod_parts.h"
#include "gradient/spec/found.h"

namespace gradient {

/// The pull secret of the app's image.
PodParts registry_parts(const Found& found);

}  // namespace gradient
