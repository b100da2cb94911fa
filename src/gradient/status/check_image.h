#pragma once

#include "gradient/status/pod_check.h"

/// Pulling the image of a container.
namespace gradient::diagnosis {

std::optional<Cause> image_not_pulled(const ObservedPod& about, const Container& container);

}  // namespace gradient::diagnosis
