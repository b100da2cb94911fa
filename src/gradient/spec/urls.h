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

/// The external one is as the configuration says; another deployment may have the same host.
Urls urls(const Parent& parent, const Settings& settings);

}  // namespace gradient
