#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

#include <string>

namespace gradient {

/// The Deployment's rolling update. A new pod comes first (maxSurge 1) where it can run beside an
/// old one; where a volume or the GPUs are for one of the two, the old one goes first
/// (maxUnavailable 1).
struct Rollout {
  int max_surge = 1;
  int max_unavailable = 0;
  std::string reason;  ///< for the message of the condition Progressing
};

/// Why pods may not run on different nodes, by a claim; empty where they may.
std::string claim_obstacle(const DeploymentSpec& spec, const Found& found,
                           const Settings& settings);

Rollout rollout(const DeploymentSpec& spec, const Found& found, const Settings& settings);

}  // namespace gradient
