#pragma once

#include "gradient/spec/needs.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
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

/// The children of a GradientDeployment as server-side-apply intents, in the order in which they
/// are applied. Each bears labels, a controller reference to `parent` and the annotation
/// gradient-operator.dev/applied (a hash of the rest). Total and pure: equal input, equal bytes.
/// `found.missing` must be empty, and the instance type known to `settings`.
std::vector<json::Json> render(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                               const Settings& settings);

/// The claim of a Dataset; nothing when the spec names an existing one. It bears a controller
/// reference only under ReclaimPolicy::Delete.
std::optional<json::Json> render_claim(const Parent& parent, const DatasetSpec& spec);

/// The dockerconfigjson Secret of a ContainerRegistry that has no Secret of its own.
json::Json render_pull_secret(const Parent& parent, const RegistrySpec& spec,
                              const std::string& password);

/// Name of the Secret that pods of this registry use: the given one or "<name>-pull".
std::string pull_secret_name(const std::string& registry, const RegistrySpec& spec);

/// The in-cluster URL: "http://demo.ns.svc.cluster.local".
std::string endpoint(const Parent& parent, const Settings& settings);

/// The URL from outside: "https://demo-ns.apps.example.com".
std::string url(const Parent& parent, const Endpoint& endpoint);

}  // namespace gradient
