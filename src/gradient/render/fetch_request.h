#pragma once

#include "gradient/spec/parent.h"
#include "json/json.h"

#include <string>

/// How a Model's annotation gradient-operator.dev/sync comes to sidecars that run: in a ConfigMap,
/// which the kubelet keeps up to date in their volumes within about two minutes
/// (https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically).
/// So a fetch at once changes no pod template.
namespace gradient {

/// The ConfigMap of a Model that bears the annotation.
json::Json fetch_request(const Parent& model);

/// The volume for a sidecar of the Model with that name; empty for as long as there is no request.
json::Json fetch_request_volume(const std::string& model);

/// Where a sidecar mounts it, and the file that has the annotation's value then.
inline constexpr const char* fetch_request_folder = "/request";
inline constexpr const char* fetch_request_file = "/request/sync";

}  // namespace gradient
