#pragma once

#include "cli/connection.h"

namespace cli {

struct StatusOptions : TargetOptions {
  bool all_namespaces = false;  ///< without a name
  bool watch = false;           ///< go on until SIGINT
};

/// Prints what is known of a GradientDeployment, or, without a name, a line of each of a namespace
/// or of all. The exit code. Throws ConfigError, ApiError and TransportError.
int status(const StatusOptions& options);

}  // namespace cli
