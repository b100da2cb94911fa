#pragma once

#include "gradient/status/template_fields.h"

#include <string>
#include <vector>

namespace gradient::diagnosis {

/// The fields of podTemplate that Pod Security refuses, by its words: `violates PodSecurity
/// "baseline:latest": hostPath volumes (volume "data"), privileged (container "app" must not set
/// securityContext.privileged=true)`. Of containers that podTemplate brings also those that it
/// would have to set. Each once.
std::vector<std::string> refused_by_pod_security(const TemplateFields& pod_template,
                                                 const std::string& refusal);

}  // namespace gradient::diagnosis
