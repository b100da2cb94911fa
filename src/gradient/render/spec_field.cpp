#include "gradient/render/spec_field.h"

#include "gradient/spec/names.h"

#include <algorithm>
#include <array>

namespace gradient {
namespace {

constexpr auto npos = std::string_view::npos;

/// What of a child is written where.
struct Rule {
  std::string_view kind, child;
  std::string_view field;   ///< empty: nowhere
  bool has_member = false;  ///< the next member of the path is also that of the field
};

constexpr std::string_view workload = "Deployment";
constexpr std::string_view scaler = "HorizontalPodAutoscaler";

/// The first that applies.
constexpr std::array rules{
    Rule{workload, "spec.replicas", "spec.resources.replicas"},
    Rule{workload, "spec.template.metadata", "spec.podTemplate.metadata", true},
    Rule{workload, "spec.template.spec.containers[app].name", ""},
    Rule{workload, "spec.template.spec.containers[app].image", "spec.image"},
    Rule{workload, "spec.template.spec.containers[app].command", "spec.command"},
    Rule{workload, "spec.template.spec.containers[app].env", "spec.env"},
    Rule{workload, "spec.template.spec.containers[app].ports", "spec.port or spec.endpoint.ports"},
    Rule{workload, "spec.template.spec.containers[app].resources", "spec.resources.instanceType"},
    Rule{workload, "spec.template.spec.containers[app].livenessProbe",
         "spec.healthChecks.liveness"},
    Rule{workload, "spec.template.spec.containers[app].readinessProbe",
         "spec.healthChecks.readiness"},
    Rule{workload, "spec.template.spec.containers[app].startupProbe", "spec.healthChecks.startup"},
    Rule{workload, "spec.template.spec.containers[app]", "spec.podTemplate.spec.containers[app]",
         true},
    Rule{workload, "spec.template.spec.initContainers[clone-", "spec.repositories"},
    Rule{workload, "spec.template.spec.initContainers[sync-", "spec.models"},
    Rule{workload, "spec.template.spec.restartPolicy", ""},
    Rule{workload, "spec.template.spec.activeDeadlineSeconds", ""},
    Rule{workload, "spec.template.spec", "spec.podTemplate.spec", true},
    Rule{"Service", "spec.ports[80/TCP].appProtocol", "spec.endpoint.appProtocol"},
    Rule{"Service", "spec.ports", "spec.endpoint.ports"},
    Rule{scaler, "spec.minReplicas", "spec.resources.replicas"},
    Rule{scaler, "spec.maxReplicas", "spec.resources.autoscaling.maxReplicas"},
    Rule{scaler, "spec.metrics", "spec.resources.autoscaling.metrics"},
    Rule{"Ingress", "spec.rules", "spec.endpoint.host"},
    Rule{"Ingress", "metadata.annotations", "spec.endpoint.annotations"},
    Rule{"HTTPRoute", "spec.hostnames", "spec.endpoint.host"},
    Rule{"HTTPRoute", "metadata.annotations", "spec.endpoint.annotations"},
};

/// Labels and annotations that no spec may have.
bool has_key_of_ours(const std::string& path) {
  return path.find(std::string(names::group) + "/") != npos ||
         path.find("app.kubernetes.io/") != npos;
}

bool applies(const Rule& rule, std::string_view kind, std::string_view path) {
  if (rule.kind != kind || !path.starts_with(rule.child)) return false;
  const auto rest = path.substr(rule.child.size());
  return rest.empty() || rest.front() == '.' || rest.front() == '[' || rule.child.back() == '-';
}

}  // namespace

std::string spec_field(std::string_view kind, const std::string& path) {
  const auto* const rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& candidate) {
    return applies(candidate, kind, path);
  });
  if (rule == rules.end() || rule->field.empty() || has_key_of_ours(path)) return {};
  if (!rule->has_member) return std::string(rule->field);
  const auto rest = std::string_view(path).substr(rule->child.size());
  if (!rest.starts_with('.')) return {};
  return std::string(rule->field) + std::string(rest.substr(0, rest.find_first_of(".[", 1)));
}

}  // namespace gradient
