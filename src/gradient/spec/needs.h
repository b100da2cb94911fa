#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gradient {

/// A key of a Secret that must exist; an empty key: the Secret alone. Nothing is applied without
/// it, except for an Ingress' certificate.
struct SecretNeed {
  std::string secret, key;
  std::string used_by;  ///< "spec.env[2].value"
  bool operator==(const SecretNeed&) const = default;
};

/// What a GradientDeployment refers to by name, all of its own namespace. Datasets of Models are
/// not here: they are known once the Model is.
struct Needs {
  std::set<std::string> datasets, models, registries;
  std::vector<SecretNeed> secrets;
};

Needs needs(const DeploymentSpec& spec, const Settings& settings);

/// The Secret of a Model's source with the keys that its scheme cannot do without. `used_by` is the
/// path of the Model's spec in messages ("spec", or "Model llm: spec").
std::vector<SecretNeed> needs(const ModelSpec& spec, const std::string& used_by);

/// The Secret that every Ingress names, with what a certificate consists of; empty without one.
/// Without the Secret the Ingress is made all the same, and the status says what is missing.
std::vector<SecretNeed> needs(const Endpoint& endpoint);

/// The Secret that holds a registry's password, or that is the registry's pull secret.
SecretNeed need(const RegistrySpec& spec, const Settings& settings);

/// Why a Secret may not be named by specs where the configuration demands its label
/// (names::secret_label); empty when it has that.
std::optional<Blocker> unlabelled(const SecretNeed& need, const json::Json& secret);

}  // namespace gradient
