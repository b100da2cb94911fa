#pragma once

#include "gradient/status/pod_check.h"

/// Scheduling, eviction, and nodes that do not report.
namespace gradient::diagnosis {

std::optional<Cause> scheduling_gated(const ObservedPod& about);
std::optional<Cause> claim_pending(const ObservedPod& about);
std::optional<Cause> unschedulable(const ObservedPod& about);
std::optional<Cause> ended_by_node(const ObservedPod& about);
std::optional<Cause> node_not_ready(const ObservedPod& about);

}  // namespace gradient::diagnosis
