#pragma once

#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/problem.h"

#include <string>
#include <string_view>

namespace gradient {

/// Where every Service takes requests for spec.port, so that no port of spec.endpoint.ports can be
/// it.
inline constexpr int service_port = 80;

/// What the operator's configuration does not let a deployment of the namespace `ns` say of its
/// endpoint: a host that is not allowed, or that others could have by their names; annotations that
/// are not allowed; either of them where there is no endpoint.
json::Problems exposure_problems(const Exposure& exposure, const std::string& ns,
                                 const Settings& settings);

/// What is wrong with the name of a host without its domain ("chat", "chat.team"); empty when
/// nothing is. Hosts that names and namespaces make are one label with a dash (names::host()).
std::string_view chosen_name_problem(std::string_view name);

/// What is wrong with an annotation that is to be set on an Ingress or HTTPRoute by us; empty when
/// nothing is.
std::string annotation_problem(std::string_view key);

/// Annotations by which cert-manager makes certificates, for the configuration alone.
bool is_of_issuer(std::string_view annotation);

}  // namespace gradient
