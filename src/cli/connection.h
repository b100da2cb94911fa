#pragma once

#include "kube/config/config.h"
#include "kube/http/client.h"

#include <memory>
#include <string>

namespace cli {

/// The cluster that a command asks, and in it one deployment.
struct TargetOptions {
  std::string kubeconfig, context;
  std::string ns;  ///< empty: the context's
  std::string name;
};

/// Throws ConfigError.
class Connection {
 public:
  explicit Connection(const TargetOptions& options);

  kube::Client& client() { return client_; }
  const kube::Key& deployment() const { return deployment_; }
  /// The GradientDeployment; when there is none, its absence and what there is instead are told,
  /// and the result is null. Throws ApiError and TransportError.
  json::Json find_deployment();

 private:
  kube::ClusterConfig config_;
  std::unique_ptr<kube::Transport> transport_;
  kube::Client client_;
  kube::Key deployment_;
};

}  // namespace cli
