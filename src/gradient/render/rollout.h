#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

#include <string>

namespace gradient {

/// How pods are replaced, and why so. `reason` goes into the Progressing condition's message.
struct Rollout {
  int max_surge = 1;
  int max_unavailable = 0;
  std::string reason;
};

Rollout rollout(const DeploymentSpec& spec, const Found& found, const Settings& settings);

}  // namespace gradient
