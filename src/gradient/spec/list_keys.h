#pragma once

#include <string_view>

namespace gradient {

/// By what server-side apply tells the elements of a list of a PodSpec apart
/// (x-kubernetes-list-map-keys in the API server's schema).
struct ListKeys {
  std::string_view field;  ///< the list
  std::string_view key;
  std::string_view second = {};  ///< empty: one is enough
};

/// Of the list in the field `field`; null for one without keys, which is replaced as a whole.
const ListKeys* list_keys(std::string_view field);

/// The list beside that in the field `field`, or this itself, with whose elements one of it must
/// not share its `name`, though no key keeps them apart: ports of a container or a Service, and
/// containers of a pod beside its init containers. Empty where there is none. The API server
/// refuses them with "Duplicate value" (ValidatePodTemplateSpec in k8s.io/kubernetes/pkg/apis/core/
/// validation).
std::string_view list_without_same_names(std::string_view field);

}  // namespace gradient
