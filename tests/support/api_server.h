#pragma once

#include <cstdlib>
#include <string>

/// Restarts the API server that KUBECONFIG names. False when it is not ours to restart:
/// ./dev cluster has not started it.
inline bool restart_api_server() {
  const std::string dev = "'" SOURCE_DIR "/dev' cluster ";
  const auto command = "ours=\"$KUBECONFIG\"; eval \"$(" + dev +
                       "env)\" && [ \"$KUBECONFIG\" = \"$ours\" ] && " + dev + "restart";
  return std::system(command.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe)
}
