#pragma once

#include "gradient/render/pod_parts.h"
#include "gradient/spec/settings.h"
#include "json/json.h"

/// What an instance type of the catalogue adds to the pod.
namespace gradient {

/// `resources` of the app container; null when the machine sets none.
json::Json machine_resources(const InstanceType& machine);

/// The tolerations as the API server keeps them; null when there are none.
json::Json machine_tolerations(const InstanceType& machine);

/// The shared memory that a machine brings along.
PodParts machine_parts(const InstanceType& machine);

}  // namespace gradient
