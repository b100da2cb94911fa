#pragma once

#include "gradient/spec/names.h"
#include "kube/object.h"

#include <array>

/// The kinds that users write, and the kinds of what is made for them.
namespace reconcile {

inline constexpr std::string_view api_version = gradient::names::api_version;
inline constexpr std::string_view install_definitions =
    "install the custom resource definitions: kubectl apply -f crds/";
inline constexpr kube::Kind gradient_deployments{api_version, "GradientDeployment",
                                                 "gradientdeployments", install_definitions};
inline constexpr kube::Kind models{api_version, "Model", "models", install_definitions};
inline constexpr kube::Kind datasets{api_version, "Dataset", "datasets", install_definitions};
inline constexpr kube::Kind registries{api_version, "ContainerRegistry", "containerregistries",
                                       install_definitions};

/// Every kind that can be a child of ours.
inline constexpr std::array child_kinds{kube::deployments, kube::services,  kube::autoscalers,
                                        kube::budgets,     kube::ingresses, kube::routes,
                                        kube::claims,      kube::secrets,   kube::config_maps};

/// The child kind of a rendered object. Throws std::logic_error for any other.
const kube::Kind& kind_of(const json::Json& object);

}  // namespace reconcile
