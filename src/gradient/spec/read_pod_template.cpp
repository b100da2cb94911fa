#include "gradient/spec/read_pod_template.h"

#include "gradient/spec/characters.h"
#include "gradient/spec/check_pod_spec.h"
#include "gradient/spec/fields.h"
#include "gradient/spec/names.h"
#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/values.h"

#include <algorithm>
#include <array>

namespace gradient {
namespace {

using json::Json;

constexpr std::size_t longest = 64UL << 10U;  // bytes of JSON

/// Directives of kubectl's patches ($patch, $setElementOrder/...) would be sent on as fields, and a
/// password is shown to whoever reads a Deployment.
Json without_nulls(const Json& value, const json::Path& path, json::Report& report,
                   std::size_t depth = 0) {
  constexpr std::size_t deepest = 40;  // of a PodSpec about 12
  if (depth > deepest) {
    report.add(path, "is nested deeper than any field of a pod; remove it");
    return {};
  }
  if (value.is_array()) {
    std::vector<Json> elements;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto element = path.element(i);
      if (value.at(i).is_null()) report.add(element, "is empty; write it or remove it");
      elements.push_back(without_nulls(value.at(i), element, report, depth + 1));
    }
    return json::array(std::move(elements));
  }
  if (value.is_string() && values::shows_password(value.as_string()))
    report.add(path, values::password_refused);
  if (!value.is_object()) return value;
  auto result = Json::object();
  for (const auto& [name, member] : value.as_object()) {
    if (member.is_null()) continue;
    const auto at = path.member(name);
    if (name.starts_with('$')) {
      report.add(at, "is a directive of a patch, and this is no patch; remove it");
      continue;
    }
    result[name] = without_nulls(member, at, report, depth + 1);
  }
  return result;
}

/// What the operator writes itself, and what it selects pods by.
bool is_ours(std::string_view key) {
  constexpr std::array ours{"app.kubernetes.io/name", "app.kubernetes.io/instance",
                            "app.kubernetes.io/managed-by", "pod-template-hash"};
  return names::is_of_group(key) || std::find(ours.begin(), ours.end(), key) != ours.end();
}

std::string key_problem(const std::string& key) {
  if (!values::is_qualified_name(key))
    return "is no key of Kubernetes; write one such as example.com/team";
  return is_ours(key) ? "is the operator's own; remove it" : "";
}

std::map<std::string, std::string> read_labels(json::ObjectReader& metadata) {
  auto labels = fields::texts(metadata, "labels", key_problem);
  const auto path = metadata.path("labels");
  std::erase_if(labels, [&](const auto& label) {
    if (values::is_label_value(label.second)) return false;
    metadata.report().add(path.member(label.first),
                          "is no value of a label; write at most 63 letters, digits, '-', '_' and "
                          "'.', with a letter or digit at both ends");
    return true;
  });
  return labels;
}

std::map<std::string, std::string> read_annotations(json::ObjectReader& metadata) {
  return fields::texts(metadata, "annotations", [](const std::string& key) {
    return key == names::run_first_annotation ? "" : key_problem(key);
  });
}

/// A port without a protocol is one of TCP. For server-side apply it would be another one, added
/// again at each apply.
void normal_ports(Json& pod) {
  for (const auto* list : {"containers", "initContainers"}) {
    if (!json::at(pod, {list}).is_array()) continue;
    for (auto& container : pod[list].as_array()) {
      if (!json::at(container, {"ports"}).is_array()) continue;
      for (auto& port : container["ports"].as_array())
        if (port.is_object() && json::string_at(port, {"protocol"}).empty())
          port["protocol"] = Json("TCP");
    }
  }
}

/// Those that are named have to exist.
void check_run_first(const PodTemplate& pod_template, json::ObjectReader& parts) {
  const auto& containers = json::at(pod_template.spec, {"initContainers"});
  for (const auto& name : run_first(pod_template)) {
    if (!json::element_with(containers, "name", name).is_null()) continue;
    const auto metadata = parts.path("metadata");
    const auto annotations = metadata.member("annotations");
    parts.report().add(annotations.member(names::run_first_annotation),
                       "must name init containers of podTemplate, such as \"NAME,NAME\"");
    return;
  }
}

}  // namespace

std::vector<std::string> run_first(const PodTemplate& pod_template) {
  std::vector<std::string> names;
  const auto found = pod_template.annotations.find(names::run_first_annotation);
  if (found == pod_template.annotations.end()) return names;
  values::all_parts(found->second, ',', [&](std::string_view part) {
    std::string name(part);
    std::erase(name, ' ');
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
    return true;
  });
  return names;
}

PodTemplate read_pod_template(json::ObjectReader& parts) {
  PodTemplate pod_template;
  const auto* const spec = parts.find("spec");
  const auto* const metadata = parts.find("metadata");
  const auto size = [](const Json* part) { return part == nullptr ? 0 : json::text(*part).size(); };
  if (size(spec) + size(metadata) > longest) {
    parts.problem_here("has more than 64 KiB; keep data in a ConfigMap");
    return pod_template;
  }
  fields::inside(parts, "metadata", [&](json::ObjectReader& members) {
    pod_template.labels = read_labels(members);
    pod_template.annotations = read_annotations(members);
  });
  if (spec != nullptr && !spec->is_object()) {
    parts.problem("spec", "must be a mapping, not " + std::string(json::type_name(*spec)));
  } else if (spec != nullptr) {
    const auto path = parts.path("spec");
    const auto before = parts.report().size();
    pod_template.spec = without_nulls(*spec, path, parts.report());
    normal_ports(pod_template.spec);
    if (parts.report().size() == before) check_pod_spec(pod_template.spec, path, parts.report());
  }
  check_run_first(pod_template, parts);
  return pod_template;
}

}  // namespace gradient
