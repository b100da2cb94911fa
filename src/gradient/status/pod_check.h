#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "gradient/status/cause.h"
#include "gradient/status/pod.h"
#include "gradient/status/template_fields.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <vector>

/// Why one pod does not come up: small checks, each for one kind of cause. A check is asked about
/// pods that are not ready, and answers only with evidence that holds now.
namespace gradient::diagnosis {

/// A pod, and what else the checks see of it.
struct ObservedPod {
  const Parent& parent;
  const DeploymentSpec& spec;
  const Settings& settings;
  const Pod& pod;
  std::vector<const json::Json*> events;  ///< of this very pod, oldest first
  const std::vector<std::string>& pull_servers;
  const TemplateFields& pod_template;
  const std::string& now;  ///< RFC 3339, UTC
};

using PodCheck = std::optional<Cause> (*)(const ObservedPod&);
using ContainerCheck = std::optional<Cause> (*)(const ObservedPod&, const Container&);

}  // namespace gradient::diagnosis
