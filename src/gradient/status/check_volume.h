#pragma once

#include "gradient/status/pod_check.h"

/// Volumes and the sandbox of a pod that has a node: what the kubelet does before the first
/// container.
namespace gradient::diagnosis {

std::optional<Cause> volume_without_secret(const Case& about);
std::optional<Cause> volume_not_attached(const Case& about);
std::optional<Cause> volume_not_mounted(const Case& about);
std::optional<Cause> no_sandbox(const Case& about);

}  // namespace gradient::diagnosis
