#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "gradient/spec/urls.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <vector>

namespace gradient {

/// How pods are replaced, and why so. `reason` goes into the Progressing condition's message.
struct Rollout {
  int max_surge = 1;
  int max_unavailable = 0;
  std::string reason;
};

Rollout rollout(const DeploymentSpec& spec, const Found& found, const Settings& settings);

/// What a GradientDeployment becomes.
struct Rendered {
  /// Its children as server-side-apply intents, in the order in which they are applied. Each bears
  /// labels, a controller reference to the parent and the annotation gradient-operator.dev/applied
  /// (a hash of the rest).
  std::vector<json::Json> objects;
  Urls urls;  ///< the external one only with an Ingress or HTTPRoute among the objects
  Rollout rollout;
};

/// Total and pure: equal input, equal bytes. Nothing may be blocked or pending in `found`, and
/// `settings` must know the instance type.
Rendered render(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                const Settings& settings);

/// The claim of a Dataset; nothing when the spec names an existing one. It bears a controller
/// reference only under ReclaimPolicy::Delete.
std::optional<json::Json> render_claim(const Parent& parent, const DatasetSpec& spec);

/// The dockerconfigjson Secret of a ContainerRegistry that has no Secret of its own.
json::Json render_pull_secret(const Parent& parent, const RegistrySpec& spec,
                              const std::string& password);

/// Name of the Secret that pods of this registry use: the given one or "<name>-pull".
std::string pull_secret_name(const std::string& registry, const RegistrySpec& spec);

}  // namespace gradient
