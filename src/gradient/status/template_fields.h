#pragma once

#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace gradient::diagnosis {

/// Where a field of the pods was written, when a podTemplate has it: for messages that send their
/// reader there and not to a field that nobody wrote. Refers to its arguments.
///
/// What it returns is "spec.podTemplate.spec.hostNetwork", or, where only the configuration's
/// podTemplate has the field, "podTemplate.spec.hostNetwork in the operator's configuration"; empty
/// when neither has it.
class TemplateFields {
 public:
  using Path = std::initializer_list<std::string_view>;

  TemplateFields(const DeploymentSpec& spec, const Settings& settings)
      : own_(spec.pod_template.spec), common_(settings.pod_template.spec) {}

  std::string of_pod(Path path) const;
  /// Of the element of a list whose member `key` is `value`: ".volumes[data]".
  std::string of_element(std::string_view list, std::string_view key, const std::string& value,
                         Path path = {}) const;
  /// Of a container or an init container: ".containers[app].lifecycle.postStart".
  std::string of_container(const std::string& name, Path path = {}) const;

 private:
  using Find = std::function<const json::Json&(const json::Json& pod)>;
  std::string where(const Find& find, const std::string& path) const;

  const json::Json& own_;
  const json::Json& common_;
};

/// "A", "A and B", "A, B and C".
std::string listed(const std::vector<std::string>& fields);

}  // namespace gradient::diagnosis
