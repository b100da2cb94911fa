#pragma once

#include <string>
#include <vector>

namespace cli {

struct DiffOptions {
  std::vector<std::string> files;
  std::string name, ns, kubeconfig, context, config;
};

/// Prints what applying the files would change in the cluster, as a unified diff for each object:
/// ours by a dry run on the server, and the children that the operator would render. Writes
/// nothing. The exit code: 0 nothing, 1 something would change, 3 it cannot be said.
int diff(const DiffOptions& options);

}  // namespace cli
