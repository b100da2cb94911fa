#include "gradient/spec/check_pod_spec.h"

#include "gradient/spec/list_keys.h"
#include "gradient/spec/names.h"
#include "gradient/spec/quantity.h"
#include "gradient/spec/values.h"
#include "json/reader.h"

#include <algorithm>
#include <set>

namespace gradient {
namespace {

using json::Json;

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
    if (!has_list(name)) return;
    const auto& list = find(name);
    const auto path = path_.member(name);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto element = path.element(i);
      if (list.at(i).is_object()) {
        each(Part(list.at(i), element, report_));
      } else {
        report_.add(element, "must be a mapping, not " + std::string(json::type_name(list.at(i))));
      }
    }
  }
  /// Whether there is one; something else in its place is a problem.
  bool has_list(std::string_view name) const {
    const auto& list = find(name);
    if (!list.is_null() && !list.is_array())
      report_.add(path_.member(name), "must be a list, not " + std::string(json::type_name(list)));
    return list.is_array();
  }
  /// Each element has a key that no other has.
  void require_keys(std::string_view list) const {
    const auto name = list_keys(list)->key;
    std::set<std::string> keys;
    elements(list, [&](const Part& element) {
      const auto key = json::string_at(element.value_, {name});
      const auto at = element.path_.member(name);
      if (key.empty()) {
        report_.add(at, "is required, as a string");
      } else if (!keys.insert(key).second) {
        report_.add(at, "is that of an earlier element too; keep one of them");
      }
    });
  }
  void suggest(const std::vector<std::string_view>& known) const {
    for (const auto& [name, value] : value_.as_object()) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const auto meant = json::nearest(name, known);
      if (!meant.empty())
        report_.add(path_.member(name), "is not a field; did you mean " + std::string(meant) + "?");
    }
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
void require_quantity(std::string_view resource, const Json& amount, const json::Path& path,
                      json::Report& report) {
  const bool is_text = amount.is_string() || amount.is_number();
  const auto text = amount.is_string() ? amount.as_string() : json::text(amount);
  if (!is_text || !values::canonical_quantity(text))
    report.add(path, "must be a quantity, such as 500m or 1Gi");
  if (auto problem = values::byte_problem(resource, text); is_text && !problem.empty())
    report.add(path, std::move(problem));
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
      require_quantity(resource, amount, of_kind.member(resource), container.report());
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
    container.has_list(list);
  for (const auto* list : {"env", "volumeMounts", "volumeDevices"})
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

}  // namespace

void check_pod_spec(const Json& pod_spec, const json::Path& path, json::Report& report) {
  const Part spec(pod_spec, path, report);
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
    spec.has_list(list);
  check_containers(spec);
  for (const auto* list :
       {"schedulingGates", "resourceClaims", "volumes", "imagePullSecrets", "hostAliases"})
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
    if (!limit.is_null())
      require_quantity("storage", limit, directory.member("sizeLimit"), volume.report());
  });
}

}  // namespace gradient
