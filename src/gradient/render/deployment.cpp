#include "gradient/render/deployment.h"

#include "gradient/render/autoscaler.h"
#include "gradient/render/credentials.h"
#include "gradient/render/labels.h"
#include "gradient/render/machine.h"
#include "gradient/render/model.h"
#include "gradient/render/pod_parts.h"
#include "gradient/render/probes.h"
#include "gradient/render/pull_secret.h"
#include "gradient/render/repository.h"
#include "gradient/render/service.h"
#include "gradient/spec/names.h"

#include <algorithm>
#include <limits>

namespace gradient {
namespace {

using json::array;
using json::array_or_null;
using json::Json;
using json::object;

Json unless_empty(const Json& value) {
  return value.size() == 0 ? Json() : value;
}

PodParts environment(const DeploymentSpec& spec, const Settings& settings) {
  PodParts parts;
  for (const auto& variable : spec.env) {
    const auto* text = std::get_if<std::string>(&variable.value);
    const auto* secret = std::get_if<SecretKey>(&variable.value);
    parts.env.push_back(object(
        {{"name", variable.name},
         // The API server drops an empty value; a variable without any is empty.
         {"value", text != nullptr && !text->empty() ? Json(*text) : Json()},
         {"valueFrom", secret != nullptr ? secret_key_reference(*secret, settings) : Json()}}));
  }
  return parts;
}

/// The token for the API server as Kubernetes would mount it, but into the app alone: on the pod,
/// automount is for every container, and the helpers have no use for it. What the spec mounts at
/// its place stays, as it does with Kubernetes.
PodParts token_parts(const PodParts& app, const Settings& settings) {
  constexpr const char* path = "/var/run/secrets/kubernetes.io/serviceaccount";
  constexpr const char* volume = "kube-api-access";
  // With just this time the API server hands out a token that lasts a year, for clients that never
  // read it again (--service-account-extend-token-expiration). Kubernetes' own mount asks the same.
  constexpr int expiration_seconds = 3607;
  const bool taken =
      std::any_of(app.volume_mounts.begin(), app.volume_mounts.end(),
                  [&](const Json& other) { return json::string_at(other, {"mountPath"}) == path; });
  if (!settings.automount_service_account_token || taken) return {};
  const auto token = object({{"path", "token"}, {"expirationSeconds", expiration_seconds}});
  const auto authority = object({{"key", "ca.crt"}, {"path", "ca.crt"}});
  const auto ns =
      object({{"path", "namespace"}, {"fieldRef", object({{"fieldPath", "metadata.namespace"}})}});
  const auto sources = array({
      object({{"serviceAccountToken", token}}),
      object(
          {{"configMap", object({{"name", "kube-root-ca.crt"}, {"items", array({authority})}})}}),
      object({{"downwardAPI", object({{"items", array({ns})}})}}),
  });
  PodParts parts;
  parts.volumes = {object({{"name", volume}, {"projected", object({{"sources", sources}})}})};
  parts.volume_mounts = {mount(volume, path, Access::ReadOnly)};
  return parts;
}

Json app_security_context(const Settings& settings) {
  const bool restricted = settings.pod_security == PodSecurity::Restricted;
  return object({
      {"allowPrivilegeEscalation", false},
      {"capabilities", restricted ? object({{"drop", json::strings({"ALL"})}}) : Json()},
      {"runAsNonRoot", restricted ? Json(true) : Json()},
      {"seccompProfile", object({{"type", "RuntimeDefault"}})},
  });
}

/// The kubelet ends a pod at the same time as its removal from the Service's EndpointSlices sets
/// out to every node: until that has arrived, requests still come, and the app goes on serving
/// them.
Json drain(const Settings& settings) {
  if (settings.drain_seconds == 0)
    return {};  // before Kubernetes 1.33 a sleep of 0 is refused (KEP-4818)
  const auto sleep = object({{"seconds", settings.drain_seconds}});
  return object({{"preStop", object({{"sleep", sleep}})}});
}

/// The app has as long to end as it has by default, whatever time passes before its SIGTERM.
Json grace_period_seconds(const Settings& settings) {
  constexpr std::int64_t to_end = 30;
  return settings.drain_seconds == 0 ? Json() : Json(to_end + settings.drain_seconds);
}

Json app_container(const DeploymentSpec& spec, const PodParts& parts, const InstanceType& machine,
                   const Settings& settings) {
  const auto port =
      object({{"name", port_name}, {"containerPort", spec.port}, {"protocol", "TCP"}});
  const auto& checks = spec.health_checks;
  return object({
      {"name", names::app_container},
      {"image", spec.image},
      {"command", unless_empty(json::strings(spec.command))},
      {"ports", array({port})},
      {"env", array_or_null(parts.env)},
      {"lifecycle", drain(settings)},
      {"resources", machine_resources(machine)},
      {"securityContext", app_security_context(settings)},
      {"livenessProbe", probe(checks.liveness, spec.port)},
      {"readinessProbe", probe(checks.readiness, spec.port)},
      {"startupProbe", probe(checks.startup, spec.port)},
      {"volumeMounts", array_or_null(parts.volume_mounts)},
  });
}

Json pod(const Parent& parent, const DeploymentSpec& spec, const Found& found,
         const InstanceType& machine, const Settings& settings) {
  auto parts = environment(spec, settings);
  parts += pull_secret_parts(found);
  parts += repository_parts(parent, spec, found, settings);
  parts += model_parts(spec, found, settings);
  parts += machine_parts(machine);
  // Without the token's volume, which nobody writes: it is no reason for a group.
  const auto security_context = pod_security_context(parts, settings);
  parts += token_parts(parts, settings);
  return object({
      {"automountServiceAccountToken", false},
      {"containers", array({app_container(spec, parts, machine, settings)})},
      {"enableServiceLinks", false},
      {"imagePullSecrets", array_or_null(parts.image_pull_secrets)},
      {"initContainers", array_or_null(parts.init_containers)},
      {"nodeSelector", unless_empty(machine.node_selector)},
      {"runtimeClassName", json::text_or_null(machine.runtime_class)},
      {"securityContext", security_context},
      {"terminationGracePeriodSeconds", grace_period_seconds(settings)},
      {"tolerations", machine_tolerations(machine)},
      {"volumes", array_or_null(pod_volumes(parts))},
  });
}

/// How long a change may take without any progress before it is called stuck. Fetching content
/// and a slow start are no progress in the eyes of Kubernetes, which only counts ready pods.
std::int64_t progress_deadline_seconds(const DeploymentSpec& spec, const Found& found) {
  constexpr std::int64_t start = 600;
  constexpr std::int64_t clone = 3600;
  constexpr std::int64_t fetch_models = 6 * std::int64_t{3600};
  const bool synced = std::any_of(
      spec.models.begin(), spec.models.end(),
      [&](const ModelMount& model) { return is_synced(found.models.at(model.id).spec); });
  auto seconds = start + (spec.repositories ? clone : 0) + (synced ? fetch_models : 0);
  if (const auto& check = spec.health_checks.startup) {
    seconds += check->initial_delay_seconds +
               std::int64_t{check->period_seconds} * check->failure_threshold;
  }
  return std::min<std::int64_t>(seconds, std::numeric_limits<std::int32_t>::max());
}

/// Azure's webhook gives an identity to pods with this label alone
/// (https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html).
bool has_azure_identity(const DeploymentSpec& spec, const Found& found) {
  return std::any_of(spec.models.begin(), spec.models.end(), [&](const ModelMount& model) {
    const auto& source = found.models.at(model.id).spec.source;
    return source.workload_identity && source.scheme == ModelSource::Scheme::Azure;
  });
}

/// Asking for newer content also replaces pods that have none of a repository.
Json pod_metadata(const Parent& parent, const DeploymentSpec& spec, const Found& found) {
  const auto asked_for =
      parent.sync.empty() ? Json() : object({{names::sync_annotation, parent.sync}});
  auto labels = deployment_labels(parent);
  if (has_azure_identity(spec, found)) labels["azure.workload.identity/use"] = Json("true");
  return object({{"labels", std::move(labels)}, {"annotations", asked_for}});
}

Json strategy(const Rollout& rollout) {
  return object({{"type", "RollingUpdate"},
                 {"rollingUpdate", object({{"maxSurge", rollout.max_surge},
                                           {"maxUnavailable", rollout.max_unavailable}})}});
}

}  // namespace

Json deployment(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                const Rollout& rollout, const Settings& settings) {
  // Old replica sets hold nothing that the custom resource does not: a few are for looking back.
  constexpr int revisions = 3;
  static const InstanceType no_machine;
  const auto* known = settings.instance_type(spec.resources.instance_type);
  const auto& machine = known == nullptr ? no_machine : *known;
  // Without a single metric that the cluster has there is no autoscaler to leave the number to.
  const bool is_scaled = spec.autoscaled() && !autoscaler(parent, spec, settings).is_null();
  return object({
      {"apiVersion", "apps/v1"},
      {"kind", "Deployment"},
      {"metadata",
       object({{"name", parent.name},
               {"annotations", object({{names::rendering_rules_annotation, rendering_rules}})}})},
      {"spec", object({
                   {"replicas", is_scaled ? Json() : Json(spec.replicas())},
                   {"selector", selector(parent)},
                   {"strategy", strategy(rollout)},
                   {"progressDeadlineSeconds", progress_deadline_seconds(spec, found)},
                   {"revisionHistoryLimit", revisions},
                   {"template", object({{"metadata", pod_metadata(parent, spec, found)},
                                        {"spec", pod(parent, spec, found, machine, settings)}})},
               })},
  });
}

}  // namespace gradient
