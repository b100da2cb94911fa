#pragma once

#include "gradient/status/pod_check.h"

/// Volumes and the sandbox of a pod that has a node: what the kubelet does before the first
/// container.
namespace gradient::diagnosis {

std::optional<Cause> volume_without_secret(const ObservedPod& about);
std::optional<Cause> volume_not_attached(const ObservedPod& about);
std::optional<Cause> volume_not_mounted(const ObservedPod& about);
std::optional<Cause> no_sandbox(const ObservedPod& about);

}  // namespace gradient::diagnosis
