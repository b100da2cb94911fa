#pragma once

#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/problem.h"

#include <string_view>

namespace gradient {

/// What is said of a probe or hook that names a host.
inline constexpr std::string_view probe_host_refused =
    "has the kubelet ask another address than the replica's, which Pod Security baseline refuses "
    "since Kubernetes 1.34; remove it and write a Host header into headers, or have allowProbeHost "
    "set in the operator's configuration";

/// What the operator's configuration does not let a deployment's own podTemplate say: anything, or
/// what its machine says (resources, node selector, tolerations, runtime class), or hosts of
/// probes.
json::Problems pod_template_problems(const DeploymentSpec& spec, const Settings& settings);

}  // namespace gradient
