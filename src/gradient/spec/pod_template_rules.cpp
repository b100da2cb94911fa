#include "gradient/spec/pod_template_rules.h"

#include "gradient/spec/names.h"

#include <set>

namespace gradient {
namespace {

using json::Json;

/// The resources of which the machine says how much.
std::set<std::string, std::less<>> resources_of(const InstanceType& machine) {
  std::set<std::string, std::less<>> resources;
  if (!machine.cpu_request.empty() || !machine.cpu_limit.empty()) resources.insert("cpu");
  if (!machine.memory_request.empty() || !machine.memory_limit.empty()) resources.insert("memory");
  if (machine.gpus > 0) resources.insert(machine.gpu_resource);
  return resources;
}

void refuse_host(const Json& handlers, const json::Path& path, json::Report& report) {
  for (const auto* handler : {"httpGet", "tcpSocket"}) {
    if (json::at(handlers, {handler, "host"}).is_null()) continue;
    const auto at = path.member(handler);
    report.add(at.member("host"), std::string(probe_host_refused));
  }
}

/// Of probes and hooks of all containers.
void refuse_hosts(const Json& pod, const json::Path& path, json::Report& report) {
  for (const auto* list : {"initContainers", "containers"}) {
    const auto containers = path.member(list);
    const auto& elements = json::elements_at(pod, {list});
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto container = containers.element(i);
      for (const auto* probe : {"livenessProbe", "readinessProbe", "startupProbe"})
        refuse_host(json::at(elements.at(i), {probe}), container.member(probe), report);
      const auto lifecycle = container.member("lifecycle");
      for (const auto* hook : {"postStart", "preStop"})
        refuse_host(json::at(elements.at(i), {"lifecycle", hook}), lifecycle.member(hook), report);
    }
  }
}

class MachineRules {
 public:
  MachineRules(const InstanceType& machine, json::Report& report)
      : machine_(machine), resources_(resources_of(machine)), report_(report) {}

  void check(const Json& pod, const json::Path& path) {
    check_amounts(json::at(pod, {"resources"}), path.member("resources"));
    const auto containers = path.member("containers");
    const auto& list = json::elements_at(pod, {"containers"});
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (json::string_at(list.at(i), {"name"}) != names::app_container) continue;
      const auto app = containers.element(i);
      check_amounts(json::at(list.at(i), {"resources"}), app.member("resources"));
    }
    check_selector(json::at(pod, {"nodeSelector"}), path.member("nodeSelector"));
    if (machine_.tolerations.size() > 0 && !json::at(pod, {"tolerations"}).is_null())
      refuse(path.member("tolerations"));
    if (!machine_.runtime_class.empty() && !json::at(pod, {"runtimeClassName"}).is_null())
      refuse(path.member("runtimeClassName"));
  }

 private:
  void refuse(const json::Path& path) {
    report_.add(path, "is what the machine " + machine_.name +
                          " says; choose another spec.resources.instanceType, or have "
                          "podTemplate.maySetMachine set in the operator's configuration");
  }

  void check_amounts(const Json& resources, const json::Path& path) {
    for (const auto* kind : {"requests", "limits"}) {
      const auto& amounts = json::at(resources, {kind});
      if (!amounts.is_object()) continue;
      const auto at = path.member(kind);
      for (const auto& [resource, amount] : amounts.as_object())
        if (resources_.contains(resource)) refuse(at.member(resource));
    }
  }

  void check_selector(const Json& selector, const json::Path& path) {
    if (!selector.is_object()) return;
    for (const auto& [label, value] : selector.as_object()) {
      const auto& ours = json::at(machine_.node_selector, {label});
      if (!ours.is_null() && !json::equal(ours, value)) refuse(path.member(label));
    }
  }

  const InstanceType& machine_;
  const std::set<std::string, std::less<>> resources_;
  json::Report& report_;
};

}  // namespace

json::Problems pod_template_problems(const DeploymentSpec& spec, const Settings& settings) {
  if (spec.pod_template == PodTemplate{}) return {};
  json::Report report;
  const json::Path root;
  const auto of_spec = root.member("spec");
  const auto path = of_spec.member("podTemplate");
  const auto* machine = settings.instance_type(spec.resources.instance_type);
  if (!settings.pod_template_is_allowed) {
    report.add(path,
               "is switched off here, by podTemplate.allowed in the operator's configuration; "
               "remove it, or ask the cluster's owner");
    return std::move(report).take();
  }
  const auto& pod = spec.pod_template.spec;
  const auto of_pod = path.member("spec");
  if (!settings.pod_template_may_set_machine && machine != nullptr)
    MachineRules(*machine, report).check(pod, of_pod);
  if (!settings.allow_probe_host) refuse_hosts(pod, of_pod, report);
  return std::move(report).take();
}

}  // namespace gradient
