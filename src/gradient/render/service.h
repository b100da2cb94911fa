#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

inline constexpr int service_port = 80;

/// Name of the app container's port. The Service refers to it by name, so that pods of before and
/// after a change of `port` both answer.
inline constexpr const char* port_name = "http";

/// The Service (ClusterIP) of a GradientDeployment, whatever port its container listens on.
json::Json service(const Parent& parent);

}  // namespace gradient
