#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

#include <string>

namespace gradient {

/// Where a deployment answers.
struct Urls {
  std::string in_cluster;  ///< of its Service: "http://demo.team.svc.cluster.local"
  /// Of its Ingress or HTTPRoute: "https://demo-team.apps.example.com". Empty: it gets neither.
  std::string external = {};
};

/// The host that it is reached by from outside of the cluster.
std::string host(const Parent& parent, const Exposure& exposure, const Endpoint& endpoint);

/// The external one is as spec and configuration say; another deployment may have the same host.
Urls urls(const Parent& parent, const Exposure& exposure, const Settings& settings);

}  // namespace gradient
