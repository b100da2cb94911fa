#pragma once

#include "gradient/render/pod_parts.h"
#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

namespace gradient {

/// Git repositories of the spec: an init container per repository that makes its checkout on the
/// dataset's volume, and the app's mounts: each checkout below a volume of the pod, and the
/// dataset's own files where the spec says.
PodParts repository_parts(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                          const Settings& settings);

}  // namespace gradient
