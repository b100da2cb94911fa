#pragma once

#include <string>
#include <vector>

namespace cli {

struct RunOptions {
  std::string kubeconfig, context, config;
  std::vector<std::string> namespaces;
  int workers = 8;
  bool leader_elect = false;
  std::string lease_name = "gradient-operator";  ///< in the operator's own namespace
  std::string metrics_address = ":8080";         ///< empty: no metrics, no health endpoints
  std::string log_format = "text", log_level = "info";
};

/// Runs the operator until SIGTERM or SIGINT. The exit code.
int run(const RunOptions& options);

}  // namespace cli
