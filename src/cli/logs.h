#pragma once

#include "cli/connection.h"

#include <cstdint>
#include <optional>
#include <string>

namespace cli {

struct LogsOptions : TargetOptions {
  bool follow = false;
  std::optional<int> tail = {};  ///< lines of each container; default: 100, or all since `since`
  std::string selector = {};     ///< of pods; of all deployments when there is no name
  std::string container = {};    ///< empty: all
  std::int64_t since = 0;        ///< seconds; 0: from the beginning
  bool previous = false;         ///< of the runs before the last restart
  bool raw = false;              ///< lines of helpers as they write them
};

/// Prints the logs of all containers of pods of GradientDeployments, each line with
/// "POD/CONTAINER: " before it. Following ends with SIGINT. The exit code. Needs a name or a
/// selector.
int logs(const LogsOptions& options);

}  // namespace cli
