#pragma once

#include "cli/connection.h"

namespace cli {

struct LogsOptions : TargetOptions {
  bool follow = false;
  int tail = 100;  ///< lines of each container
};

/// Prints the logs of all containers of a GradientDeployment's pods, each line with
/// "POD/CONTAINER: " before it. Following ends with SIGINT. The exit code.
int logs(const LogsOptions& options);

}  // namespace cli
