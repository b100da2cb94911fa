#pragma once

#include "gradient/status/pod_check.h"

/// Finding a node, and staying on it.
namespace gradient::diagnosis {

std::optional<Cause> claim_pending(const Case& about);
std::optional<Cause> unschedulable(const Case& about);
std::optional<Cause> ended_by_node(const Case& about);
std::optional<Cause> node_not_ready(const Case& about);

}  // namespace gradient::diagnosis
