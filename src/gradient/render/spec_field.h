#pragma once

#include <string>
#include <string_view>

namespace gradient {

/// The field of a GradientDeployment by which its author decides about `path` of a child of that
/// kind: "spec.image" of "spec.template.spec.containers[app].image" of a Deployment. Paths have the
/// keys of lists' elements: "[app]", "[8080/TCP]". Empty where there is none: nobody but the
/// operator, or its configuration, decides about it.
std::string spec_field(std::string_view kind, const std::string& path);

}  // namespace gradient
