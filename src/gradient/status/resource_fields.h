#pragma once

#include "gradient/status/status.h"
#include "gradient/status/template_fields.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Where the amounts of cpu, memory and other resources were written that an admission plugin says
/// something about: in the instance type, a podTemplate, a Model, spec.repositories, or the
/// operator's configuration. Fields as TemplateFields has them, each once.
namespace gradient::diagnosis {

/// What a LimitRange refuses, in the words of the plugin LimitRanger or of the validation after it
/// has filled in a limit. It names no container, so those that have such an amount are meant; all
/// that have the resource, where the pod's sum is refused. Empty when no container's is found.
std::vector<std::string> beyond_limit_range(const StatusInput& input,
                                            const TemplateFields& pod_template,
                                            const std::string& refusal);

/// What a quota that is exceeded counts, in the words of the plugin ResourceQuota. Empty where that
/// is nothing of containers, but the number of pods.
std::vector<std::string> counted_by_quota(const StatusInput& input,
                                          const TemplateFields& pod_template,
                                          const std::string& refusal);

/// Where the author of a deployment or a Model says what a helper may take, over sync.resources of
/// the operator's configuration. Refers to the input.
struct HelperResources {
  const json::Json& written;  ///< null: nothing
  std::string object;         ///< " of Model llm"; empty: the deployment itself
  std::string field;          ///< "spec.repositories.resources"

  /// "spec.resources.limits.cpu of Model llm".
  std::string text(const std::string& amount) const { return field + "." + amount + object; }
};
/// Of the container of that name; empty when it is no helper's.
std::optional<HelperResources> helper_resources(const StatusInput& input,
                                                std::string_view container);

}  // namespace gradient::diagnosis
