#pragma once

#include "cli/connection.h"

namespace cli {

/// Prints one screen about a GradientDeployment: conditions, content, pods, children and recent
/// events. The exit code.
int status(const TargetOptions& options);

}  // namespace cli
