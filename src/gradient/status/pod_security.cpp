#include "gradient/status/pod_security.h"

#include "gradient/spec/names.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <array>

namespace gradient::diagnosis {
namespace {

/// Members of a container's or a pod's securityContext, as the checks name them
/// (k8s.io/pod-security-admission/policy).
constexpr std::array<std::string_view, 11> security_fields{"allowPrivilegeEscalation",
                                                           "appArmorProfile",
                                                           "capabilities",
                                                           "privileged",
                                                           "procMount",
                                                           "runAsNonRoot",
                                                           "runAsUser",
                                                           "seLinuxOptions",
                                                           "seccompProfile",
                                                           "sysctls",
                                                           "windowsOptions"};
constexpr std::array<std::string_view, 3> host_namespaces{"hostNetwork", "hostPID", "hostIPC"};
constexpr std::array<std::string_view, 4> fields_with_hosts{"livenessProbe", "readinessProbe",
                                                            "startupProbe", "lifecycle"};

/// What stands between double quotes.
std::vector<std::string> quoted(std::string_view text) {
  std::vector<std::string> found;
  for (auto begin = text.find('"'); begin != std::string_view::npos;) {
    const auto end = text.find('"', begin + 1);
    if (end == std::string_view::npos) break;
    found.emplace_back(text.substr(begin + 1, end - begin - 1));
    begin = text.find('"', end + 1);
  }
  return found;
}

/// Each check's violation by itself: "privileged (container "app" must not set ...".
std::vector<std::string_view> violations(std::string_view refusal) {
  constexpr std::string_view end = "), ";
  std::vector<std::string_view> parts;
  for (auto at = refusal.find(end); at != std::string_view::npos; at = refusal.find(end)) {
    parts.push_back(refusal.substr(0, at));
    refusal.remove_prefix(at + end.size());
  }
  parts.push_back(refusal);
  return parts;
}

class Search {
 public:
  explicit Search(const TemplateFields& pod_template) : template_(pod_template) {}

  void look_at(std::string_view violation) {
    const auto says = [&](std::string_view word) {
      return violation.find(word) != std::string_view::npos;
    };
    for (const auto& name : quoted(violation)) {
      if (says("volume")) add(template_.of_element("volumes", "name", name));
      if (says("container")) look_at_container(violation, name);
    }
    for (const auto field : host_namespaces)
      if (says(field)) add(template_.of_pod({field}));
    for (const auto field : security_fields)
      if (says("pod ") && says(field)) add(template_.of_pod({"securityContext", field}));
    if (says("sysctls")) add(template_.of_pod({"securityContext", "sysctls"}));
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  void look_at_container(std::string_view violation, const std::string& name) {
    const auto says = [&](std::string_view word) {
      return violation.find(word) != std::string_view::npos;
    };
    bool is_named = false;
    const auto name_field = [&](const std::string& field) {
      is_named = is_named || !field.empty();
      add(field);
    };
    for (const auto field : security_fields)
      if (says(field)) name_field(template_.of_container(name, {"securityContext", field}));
    if (says("hostPort")) name_field(template_.of_container(name, {"ports"}));
    if (says("probe or lifecycle"))
      for (const auto field : fields_with_hosts)
        name_field(template_.of_container(name, {field}));
    // What is missing, and the rest: of a container that is podTemplate's as a whole.
    if (!is_named && name != names::app_container) add(template_.of_container(name));
  }
  void add(const std::string& field) {
    if (!field.empty() && std::find(found_.begin(), found_.end(), field) == found_.end())
      found_.push_back(field);
  }

  const TemplateFields& template_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> refused_by_pod_security(const TemplateFields& pod_template,
                                                 const std::string& refusal) {
  Search search(pod_template);
  for (const auto violation : violations(refusal))
    search.look_at(violation);
  return search.take();
}

}  // namespace gradient::diagnosis
