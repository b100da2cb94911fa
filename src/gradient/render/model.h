#pragma once

#include "gradient/render/pod_parts.h"
#include "gradient/spec/found.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

namespace gradient {

/// Whether files of this model are fetched, or are on a claim already (pvc://).
bool is_synced(const ModelSpec& model);

/// Models of the spec: a sidecar per model that keeps its files in sync, and the app's read-only
/// mount of them. Files that are on a claim already are mounted as they are.
PodParts model_parts(const DeploymentSpec& spec, const Found& found, const Settings& settings);

}  // namespace gradient
