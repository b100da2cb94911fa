#include "cli/connection.h"

#include "reconcile/kinds.h"

#include <iostream>

namespace cli {

Connection::Connection(const TargetOptions& options)
    : config_(kube::load_config(options.kubeconfig, options.context)),
      transport_(kube::make_transport(config_)),
      client_(*transport_),
      deployment_{options.ns.empty() ? config_.ns : options.ns, options.name} {}

json::Json Connection::find_deployment() {
  if (auto found = client_.get(reconcile::gradient_deployments, deployment_)) return *found;
  std::string there;
  for (const auto& other : client_.list(reconcile::gradient_deployments, deployment_.ns, {}))
    there += (there.empty() ? "; there are: " : ", ") + kube::key_of(other).name;
  if (there.empty()) there = "; the namespace has none";
  std::cerr << "there is no GradientDeployment " << kube::to_string(deployment_) << there << '\n';
  return {};
}

std::vector<std::string> deployment_names(const TargetOptions& options) try {
  constexpr std::chrono::seconds patience{3};
  Connection connection(options);
  std::vector<std::string> names;
  for (const auto& deployment :
       connection.client().list(reconcile::gradient_deployments, connection.ns(), {}, {}, patience))
    names.push_back(kube::key_of(deployment).name);
  return names;
} catch (const std::exception&) {  // completion has no place for a message
  return {};
}

}  // namespace cli
