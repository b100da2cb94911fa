#pragma once

#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"
#include "json/problem.h"

#include <string>
#include <vector>

namespace gradient {

/// A Secret that a pod names.
struct SecretReference {
  std::string secret;
  std::string key;              ///< empty: all of it
  std::string path;             ///< "spec.podTemplate.spec.volumes[0].secret"
  bool is_environment = false;  ///< of a variable or envFrom: read once, when a container starts
  bool operator==(const SecretReference&) const = default;
};

/// Every Secret that a PodSpec, or a part of one, names: of variables, envFrom, volumes of all
/// kinds and imagePullSecrets. `path`: where it stands in messages.
std::vector<SecretReference> secret_references(const json::Json& pod_spec, const std::string& path);

/// Those in the environment of a deployment's own containers: of spec.env and of `pod_template`.
std::vector<SecretReference> environment_secrets(const DeploymentSpec& spec,
                                                 const PodTemplate& pod_template,
                                                 const Settings& settings);

/// Warnings about SECRET:NAME as the value of a variable of a podTemplate, where it is a text.
json::Problems unresolved_secrets(const PodTemplate& pod_template);

}  // namespace gradient
