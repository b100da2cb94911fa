#include "gradient/spec/read_pod_template.h"

#include "gradient/spec/fields.h"
#include "gradient/spec/names.h"
#include "gradient/spec/quantity.h"
#include "gradient/spec/values.h"

#include <algorithm>
#include <array>
#include <set>

namespace gradient {
namespace {

using json::Json;

constexpr std::size_t longest = 64UL << 10U;  // bytes of JSON

/// Of Kubernetes 1.37. For "did you mean" alone.
const std::vector<std::string_view> fields_of_pod{"activeDeadlineSeconds",
                                                  "affinity",
                                                  "automountServiceAccountToken",
                                                  "containers",
                                                  "dnsConfig",
                                                  "dnsPolicy",
                                                  "enableServiceLinks",
                                                  "ephemeralContainers",
                                                  "hostAliases",
                                                  "hostIPC",
                                                  "hostNetwork",
                                                  "hostPID",
                                                  "hostUsers",
                                                  "hostname",
                                                  "hostnameOverride",
                                                  "imagePullSecrets",
                                                  "initContainers",
                                                  "nodeName",
                                                  "nodeSelector",
                                                  "os",
                                                  "overhead",
                                                  "preemptionPolicy",
                                                  "priority",
                                                  "priorityClassName",
                                                  "readinessGates",
                                                  "resourceClaims",
                                                  "resources",
                                                  "restartPolicy",
                                                  "runtimeClassName",
                                                  "schedulerName",
                                                  "schedulingGates",
                                                  "securityContext",
                                                  "serviceAccount",
                                                  "serviceAccountName",
                                                  "setHostnameAsFQDN",
                                                  "shareProcessNamespace",
                                                  "subdomain",
                                                  "terminationGracePeriodSeconds",
                                                  "tolerations",
                                                  "topologySpreadConstraints",
                                                  "volumes"};
const std::vector<std::string_view> fields_of_container{"args",
                                                        "command",
                                                        "env",
                                                        "envFrom",
                                                        "image",
                                                        "imagePullPolicy",
                                                        "lifecycle",
                                                        "livenessProbe",
                                                        "name",
                                                        "ports",
                                                        "readinessProbe",
                                                        "resizePolicy",
                                                        "resources",
                                                        "restartPolicy",
                                                        "restartPolicyRules",
                                                        "securityContext",
                                                        "startupProbe",
                                                        "stdin",
                                                        "stdinOnce",
                                                        "terminationMessagePath",
                                                        "terminationMessagePolicy",
                                                        "tty",
                                                        "volumeDevices",
                                                        "volumeMounts",
                                                        "workingDir"};

/// Of lists whose elements Kubernetes tells apart by one.
struct KeyedList {
  std::string_view field, key;
};
constexpr std::array keyed_lists{KeyedList{"schedulingGates", "name"},
                                 KeyedList{"resourceClaims", "name"}, KeyedList{"volumes", "name"},
                                 KeyedList{"imagePullSecrets", "name"},
                                 KeyedList{"hostAliases", "ip"}};
constexpr std::array keyed_lists_of_container{KeyedList{"env", "name"},
                                              KeyedList{"volumeMounts", "mountPath"},
                                              KeyedList{"volumeDevices", "devicePath"}};

/// Directives of kubectl's patches ($patch, $setElementOrder/...) would be sent on as fields.
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

void suggest_names(const Json& object, const json::Path& path,
                   const std::vector<std::string_view>& known, json::Report& report) {
  for (const auto& [name, value] : object.as_object()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto meant = json::nearest(name, known);
    if (!meant.empty())
      report.add(path.member(name), "is not a field; did you mean " + std::string(meant) + "?");
  }
}

/// Reads an object of the template whose fields the API server knows better.
class Part {
 public:
  Part(const Json& value, const json::Path& path, json::Report& report)
      : value_(value), path_(path), report_(report) {}

  const Json& find(std::string_view name) const { return json::at(value_, {name}); }
  bool has(std::string_view name) const { return !find(name).is_null(); }
  void refuse(std::string_view name, const std::string& remedy) const {
    if (has(name)) report_.add(path_.member(name), remedy);
  }
  /// Calls `each` for the elements of a list, which have to be mappings.
  template <class Each>
  void elements(std::string_view name, const Each& each) const {
    const auto& list = find(name);
    if (list.is_null()) return;
    const auto path = path_.member(name);
    if (!list.is_array()) {
      report_.add(path, "must be a list, not " + std::string(json::type_name(list)));
      return;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto element = path.element(i);
      if (list.at(i).is_object()) {
        each(Part(list.at(i), element, report_));
      } else {
        report_.add(element, "must be a mapping, not " + std::string(json::type_name(list.at(i))));
      }
    }
  }
  void require_list(std::string_view name) const {
    if (has(name) && !find(name).is_array())
      report_.add(path_.member(name),
                  "must be a list, not " + std::string(json::type_name(find(name))));
  }
  /// Each element has a key that no other has.
  void require_keys(const KeyedList& list) const {
    std::set<std::string> keys;
    elements(list.field, [&](const Part& element) {
      const auto key = json::string_at(element.value_, {list.key});
      const auto at = element.path_.member(list.key);
      if (key.empty()) {
        report_.add(at, "is required, as a string");
      } else if (!keys.insert(key).second) {
        report_.add(at, "is that of an earlier element too; keep one of them");
      }
    });
  }
  void suggest(const std::vector<std::string_view>& known) const {
    suggest_names(value_, path_, known, report_);
  }
  const Json& value() const { return value_; }
  const json::Path& path() const { return path_; }
  json::Report& report() const { return report_; }

 private:
  const Json& value_;
  const json::Path& path_;
  json::Report& report_;
};

/// The server says it without a path.
void require_quantity(const Json& amount, const json::Path& path, json::Report& report) {
  const bool is_text = amount.is_string() || amount.is_number();
  const auto text = amount.is_string() ? amount.as_string() : json::text(amount);
  if (!is_text || !values::canonical_quantity(text))
    report.add(path, "must be a quantity, such as 500m or 1Gi");
}

bool is_of_helper(std::string_view name) {
  return name.starts_with(names::clone_prefix) || name.starts_with(names::sync_prefix);
}

/// By number and protocol the API server tells them apart; normal_ports() has written the protocol.
void check_ports(const Part& container) {
  std::set<std::string> ports;
  container.elements("ports", [&](const Part& port) {
    const auto key = json::text(port.find("containerPort")) + json::text(port.find("protocol"));
    if (!ports.insert(key).second)
      port.report().add(port.path().member("containerPort"),
                        "is that of an earlier port too; keep one of them");
  });
}

void check_quantities(const Part& container) {
  for (const auto* kind : {"requests", "limits"}) {
    const auto& amounts = json::at(container.value(), {"resources", kind});
    if (!amounts.is_object()) continue;
    const auto resources = container.path().member("resources");
    const auto of_kind = resources.member(kind);
    for (const auto& [resource, amount] : amounts.as_object())
      require_quantity(amount, of_kind.member(resource), container.report());
  }
}

void check_container(const Part& container, std::set<std::string>& names) {
  const auto name = json::string_at(container.value(), {"name"});
  const auto at = container.path().member("name");
  if (!values::is_dns_label(name)) {
    container.report().add(at, "must be a DNS label, such as app for the container of spec.image");
  } else if (is_of_helper(name)) {
    container.report().add(
        at, "begins as the names of the operator's own containers do; choose another one");
  } else if (!names.insert(name).second) {
    container.report().add(at, "is that of an earlier container too; keep one of them");
  }
  container.suggest(fields_of_container);
  for (const auto* list : {"args", "command", "envFrom", "resizePolicy"})
    container.require_list(list);
  for (const auto& list : keyed_lists_of_container)
    container.require_keys(list);
  check_ports(container);
  check_quantities(container);
}

void check_app(const Part& app) {
  app.refuse("image", "is spec.image; write it there");
  app.elements("ports", [](const Part& port) {
    if (json::string_at(port.value(), {"name"}) == names::app_port)
      port.refuse("name", "is the name of the port that spec.port says; choose another one");
  });
}

void check_containers(const Part& spec) {
  std::set<std::string> names;
  spec.elements("containers", [&](const Part& container) {
    check_container(container, names);
    if (json::string_at(container.value(), {"name"}) == names::app_container) {
      check_app(container);
    } else if (!container.has("image")) {
      container.report().add(container.path().member("image"),
                             "is required, unless the container is app");
    }
  });
  spec.elements("initContainers", [&](const Part& container) {
    check_container(container, names);
    const auto name = json::string_at(container.value(), {"name"});
    if (name == names::app_container) {
      container.refuse("name", "is the name of the container of spec.image; choose another one");
    } else if (!container.has("image")) {
      container.report().add(container.path().member("image"), "is required");
    }
  });
}

void check_spec(const Part& spec) {
  spec.suggest(fields_of_pod);
  spec.refuse("ephemeralContainers",
              "are for running pods; remove the field and use kubectl debug");
  spec.refuse("activeDeadlineSeconds", "is not for the pods of a Deployment; remove it");
  spec.refuse("serviceAccount", "is an old name; write serviceAccountName");
  if (spec.has("restartPolicy") && json::string_at(spec.value(), {"restartPolicy"}) != "Always")
    spec.refuse("restartPolicy", "can only be Always in a Deployment; remove it");
  if (spec.has("automountServiceAccountToken") &&
      !spec.find("automountServiceAccountToken").is_boolean())
    spec.refuse("automountServiceAccountToken", "must be true or false");
  if (spec.has("terminationGracePeriodSeconds") &&
      !spec.find("terminationGracePeriodSeconds").is_integer())
    spec.refuse("terminationGracePeriodSeconds", "must be a whole number of seconds");
  for (const auto* list : {"tolerations", "readinessGates"})
    spec.require_list(list);
  check_containers(spec);
  for (const auto& list : keyed_lists)
    spec.require_keys(list);
  std::set<std::string> constraints;
  spec.elements("topologySpreadConstraints", [&](const Part& constraint) {
    const auto key = json::text(constraint.find("topologyKey")) +
                     json::text(constraint.find("whenUnsatisfiable"));
    if (!constraints.insert(key).second)
      constraint.report().add(constraint.path(),
                              "has the topologyKey and whenUnsatisfiable of an earlier one; keep "
                              "one of them");
  });
  spec.elements("volumes", [](const Part& volume) {
    const auto& limit = json::at(volume.value(), {"emptyDir", "sizeLimit"});
    const auto directory = volume.path().member("emptyDir");
    if (!limit.is_null()) require_quantity(limit, directory.member("sizeLimit"), volume.report());
  });
}

/// What the operator writes itself, and what it selects pods by.
bool is_ours(std::string_view key) {
  const auto slash = key.find('/');
  const auto prefix = slash == std::string_view::npos ? "" : key.substr(0, slash);
  constexpr std::array ours{"app.kubernetes.io/name", "app.kubernetes.io/instance",
                            "app.kubernetes.io/managed-by", "pod-template-hash"};
  return prefix == names::group || std::find(ours.begin(), ours.end(), key) != ours.end();
}

std::map<std::string, std::string> read_texts(json::ObjectReader& metadata, std::string_view field,
                                              bool are_labels) {
  std::map<std::string, std::string> texts;
  const auto* value = metadata.find(field);
  if (value == nullptr) return texts;
  const auto path = metadata.path(field);
  if (!value->is_object()) {
    metadata.problem(field, "must be a mapping, not " + std::string(json::type_name(*value)));
    return texts;
  }
  for (const auto& [key, text] : value->as_object()) {
    const auto at = path.member(key);
    if (text.is_null()) continue;
    if (!values::is_qualified_name(key)) {
      metadata.report().add(at, "is no key of Kubernetes; write one such as example.com/team");
    } else if (is_ours(key) && (are_labels || key != names::run_first_annotation)) {
      metadata.report().add(at, "is the operator's own; remove it");
    } else if (!text.is_string()) {
      metadata.report().add(
          at, "must be a string, not " + std::string(json::type_name(text)) + "; put it in quotes");
    } else if (are_labels && !values::is_label_value(text.as_string())) {
      metadata.report().add(at,
                            "is no value of a label; write at most 63 letters, digits, '-', '_' "
                            "and '.', with a letter or digit at both ends");
    } else {
      texts[key] = text.as_string();
    }
  }
  return texts;
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
  std::string name;
  for (const char c : found->second + ",") {
    if (c != ',') {
      if (c != ' ') name += c;
      continue;
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    name.clear();
  }
  return names;
}

PodTemplate read_pod_template(json::ObjectReader& parts) {
  PodTemplate pod_template;
  fields::inside(parts, "metadata", [&](json::ObjectReader& metadata) {
    pod_template.labels = read_texts(metadata, "labels", true);
    pod_template.annotations = read_texts(metadata, "annotations", false);
  });
  if (const auto* spec = parts.find("spec")) {
    const auto path = parts.path("spec");
    if (!spec->is_object()) {
      parts.problem("spec", "must be a mapping, not " + std::string(json::type_name(*spec)));
    } else if (json::text(*spec).size() > longest) {
      parts.problem("spec", "has more than 64 KiB; keep data in a ConfigMap");
    } else {
      const auto before = parts.report().size();
      pod_template.spec = without_nulls(*spec, path, parts.report());
      normal_ports(pod_template.spec);
      if (parts.report().size() == before)
        check_spec(Part(pod_template.spec, path, parts.report()));
    }
  }
  check_run_first(pod_template, parts);
  return pod_template;
}

}  // namespace gradient
