#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// The Service (ClusterIP) of a GradientDeployment: whatever port its container listens on, as
/// service_port, and the ports of spec.endpoint by their own numbers.
json::Json service(const Parent& parent, const Exposure& exposure);

}  // namespace gradient
