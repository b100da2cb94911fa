#pragma once

#include "kube/config/config.h"
#include "kube/http/client.h"

#include <memory>
#include <string>
#include <vector>

namespace cli {

/// The cluster that a command asks, and in it one deployment.
struct TargetOptions {
  std::string kubeconfig, context;
  std::string ns;    ///< empty: the context's
  std::string name;  ///< empty: all
};

/// Throws ConfigError.
class Connection {
 public:
  explicit Connection(const TargetOptions& options);

  kube::Client& client() { return client_; }
  const std::string& ns() const { return deployment_.ns; }
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

/// Names of the GradientDeployments in the namespace of `options`, as far as the cluster tells them
/// in a moment; never throws.
std::vector<std::string> deployment_names(const TargetOptions& options);

}  // namespace cli
