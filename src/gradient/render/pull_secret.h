#pragma once

#include "gradient/render/pod_parts.h"
#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"

#include <string>

namespace gradient {

/// The dockerconfigjson Secret of a ContainerRegistry that has no Secret of its own.
json::Json render_pull_secret(const Parent& parent, const RegistrySpec& spec,
                              const std::string& password);

/// Name of the Secret that pods of this registry use: the given one or "<name>-pull".
std::string pull_secret_name(const std::string& registry, const RegistrySpec& spec);

/// What the pull secret of the app's image adds to the pod.
PodParts pull_secret_parts(const Found& found);

}  // namespace gradient
