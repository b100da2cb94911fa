#include "gradient/render/deployment.h"

#include "gradient/render/autoscaler.h"
#include "gradient/render/credentials.h"
#include "gradient/render/labels.h"
#include "gradient/render/machine.h"
#include "gradient/render/model.h"
#include "gradient/render/pod_parts.h"
#include "gradient/render/pod_template.h"
#include "gradient/render/probes.h"
#include "gradient/render/pull_secret.h"
#include "gradient/render/repository.h"
#include "gradient/render/service.h"
#include "gradient/spec/names.h"
#include "gradient/spec/values.h"

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

/// What podTemplate says of the container of spec.image; null: nothing.
const Json& of_app(const PodTemplate& pod_template) {
  return json::element_with(json::at(pod_template.spec, {"containers"}), "name",
                            names::app_container);
}

/// The token for the API server as Kubernetes would mount it, but into the app alone: on the pod,
/// automount is for every container, and the helpers have no use for it. What the spec mounts at
/// its place stays, as it does with Kubernetes.
PodParts token_parts(const PodParts& app, const PodTemplate& pod_template,
                     const Settings& settings) {
  constexpr const char* path = "/var/run/secrets/kubernetes.io/serviceaccount";
  constexpr const char* volume = "kube-api-access";
  // With just this time the API server hands out a token that lasts a year, for clients that never
  // read it again (--service-account-extend-token-expiration). Kubernetes' own mount asks the same.
  constexpr int expiration_seconds = 3607;
  const auto is_there = [&](const Json& other) {
    return values::normal_path(json::string_at(other, {"mountPath"})) == path;
  };
  const auto& theirs = json::elements_at(of_app(pod_template), {"volumeMounts"});
  const bool taken = std::any_of(app.volume_mounts.begin(), app.volume_mounts.end(), is_there) ||
                     std::any_of(theirs.begin(), theirs.end(), is_there);
  const auto& asked = json::at(pod_template.spec, {"automountServiceAccountToken"});
  const bool is_wanted =
      asked.is_null() ? settings.automount_service_account_token : asked.as_bool();
  if (!is_wanted || taken) return {};
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

/// The app has as long to end as it has by default, whatever time passes before its SIGTERM.
constexpr std::int64_t seconds_to_end = 30;

/// What podTemplate says of the time that a pod has to end; null: nothing.
const Json& written_grace(const PodTemplate& pod_template) {
  return json::at(pod_template.spec, {"terminationGracePeriodSeconds"});
}

/// Where podTemplate gives less time than for both, half of it is the app's to end.
std::int64_t drain_seconds(const PodTemplate& pod_template, const Settings& settings) {
  const auto& grace = written_grace(pod_template);
  if (grace.is_null()) return settings.drain_seconds;
  return std::min<std::int64_t>(settings.drain_seconds, grace.as_number().to_int64() / 2);
}

/// The kubelet ends a pod at the same time as its removal from the Service's EndpointSlices sets
/// out to every node: until that has arrived, requests still come, and the app goes on serving
/// them.
Json drain(std::int64_t seconds) {
  if (seconds <= 0) return {};  // before Kubernetes 1.33 a sleep of 0 is refused (KEP-4818)
  return object({{"preStop", object({{"sleep", object({{"seconds", seconds}})}})}});
}

Json grace_period_seconds(const PodTemplate& pod_template, const Settings& settings) {
  if (!written_grace(pod_template).is_null()) return {};
  const auto sleep = json::integer_at(
      of_app(pod_template), {"lifecycle", "preStop", "sleep", "seconds"}, settings.drain_seconds);
  return sleep <= 0 ? Json() : Json(seconds_to_end + sleep);
}

/// Without one, a new pod gets requests as soon as its process runs, and an old one ends, before
/// the app listens. A port that is not written may be nobody's.
Json readiness(const DeploymentSpec& spec, const Settings& settings) {
  const auto& written = spec.health_checks.readiness;
  if (written || !spec.port || !settings.default_readiness)
    return probe(written, spec.listening_port());
  return listening_probe(*spec.port);
}

/// Other nodes and zones are preferred to those that have pods of the deployment, and never
/// demanded. By default there is nothing: the scheduler spreads the pods of a Service by itself,
/// and stops doing so for pods with constraints of their own.
Json affinity(const Parent& parent, const DeploymentSpec& spec, const Found& found,
              const Settings& settings) {
  if (settings.placement != Placement::Spread || !claim_obstacle(spec, found, settings).empty())
    return {};
  const auto away_from = [&](const char* topology_key, int weight) {
    const auto term = object({{"labelSelector", selector(parent)}, {"topologyKey", topology_key}});
    return object({{"podAffinityTerm", term}, {"weight", weight}});
  };
  const auto preferred = array(
      {away_from("kubernetes.io/hostname", 100), away_from("topology.kubernetes.io/zone", 50)});
  return object({{"podAntiAffinity",
                  object({{"preferredDuringSchedulingIgnoredDuringExecution", preferred}})}});
}

Json container_ports(const DeploymentSpec& spec) {
  const auto port = [](const std::string& name, int number) {
    return object({{"name", name}, {"containerPort", number}, {"protocol", "TCP"}});
  };
  std::vector<Json> ports{port(names::app_port, spec.listening_port())};
  for (const auto& more : spec.exposure.ports)
    ports.push_back(port(more.name, more.number));
  return array(std::move(ports));
}

Json app_container(const DeploymentSpec& spec, const PodParts& parts, const InstanceType& machine,
                   std::int64_t drain_seconds, const Settings& settings) {
  const auto& checks = spec.health_checks;
  return object({
      {"name", names::app_container},
      {"image", spec.image},
      {"command", unless_empty(json::strings(spec.command))},
      {"ports", container_ports(spec)},
      {"env", array_or_null(parts.env)},
      {"lifecycle", drain(drain_seconds)},
      {"resources", machine_resources(machine)},
      {"securityContext", app_security_context(settings)},
      {"livenessProbe", probe(checks.liveness, spec.listening_port())},
      {"readinessProbe", readiness(spec, settings)},
      {"startupProbe", probe(checks.startup, spec.listening_port())},
      {"volumeMounts", array_or_null(parts.volume_mounts)},
  });
}

Json pod(const Parent& parent, const DeploymentSpec& spec, const Found& found,
         const InstanceType& machine, const PodTemplate& pod_template, const Settings& settings) {
  auto parts = environment(spec, settings);
  parts += pull_secret_parts(found);
  parts += repository_parts(parent, spec, found, settings);
  parts += model_parts(spec, found, settings);
  parts += machine_parts(machine);
  // Without the token's volume, which nobody writes: it is no reason for a group.
  const auto security_context = pod_security_context(parts, settings);
  parts += token_parts(parts, pod_template, settings);
  const auto drain = drain_seconds(pod_template, settings);
  return object({
      {"affinity", affinity(parent, spec, found, settings)},
      {"automountServiceAccountToken", false},
      {"containers", array({app_container(spec, parts, machine, drain, settings)})},
      {"enableServiceLinks", false},
      {"imagePullSecrets", array_or_null(parts.image_pull_secrets)},
      {"initContainers", array_or_null(parts.init_containers)},
      {"nodeSelector", unless_empty(machine.node_selector)},
      {"runtimeClassName", json::text_or_null(machine.runtime_class)},
      {"securityContext", security_context},
      {"terminationGracePeriodSeconds", grace_period_seconds(pod_template, settings)},
      {"tolerations", machine_tolerations(machine)},
      {"volumes", array_or_null(pod_volumes(parts))},
  });
}

Json with_additions(const Json& ours, PodTemplate pod_template) {
  auto& additions = pod_template.spec;
  if (additions.is_null()) return ours;
  // For token_parts(): on the pod it would be a token for all containers.
  if (additions.has_field("automountServiceAccountToken"))
    additions.erase("automountServiceAccountToken");
  auto pod = merged_pod(ours, additions);
  if (pod.has_field("initContainers"))
    pod["initContainers"] = in_running_order(pod["initContainers"], pod_template);
  return pod;
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
Json pod_metadata(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                  const PodTemplate& pod_template) {
  auto annotations = object({{"kubectl.kubernetes.io/default-container", names::app_container}});
  if (!parent.sync.empty()) annotations[names::sync_annotation] = Json(parent.sync);
  if (!found.secrets_hash.empty())
    annotations[names::secrets_hash_annotation] = Json(found.secrets_hash);
  for (const auto& [key, value] : pod_template.annotations)
    annotations[key] = Json(value);
  auto labels = deployment_labels(parent);
  if (has_azure_identity(spec, found)) labels["azure.workload.identity/use"] = Json("true");
  for (const auto& [key, value] : pod_template.labels)
    labels[key] = Json(value);
  return object({{"labels", std::move(labels)}, {"annotations", std::move(annotations)}});
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
  const auto pod_template = effective_template(spec, settings);
  // Without a single metric that the cluster has there is no autoscaler to leave the number to.
  const bool is_scaled = spec.autoscaled() && !autoscaler(parent, spec, settings).is_null();
  return object({
      {"apiVersion", "apps/v1"},
      {"kind", "Deployment"},
      {"metadata",
       object({{"name", parent.name},
               {"annotations", object({{names::rendering_rules_annotation, rendering_rules}})}})},
      {"spec",
       object({
           {"replicas", is_scaled ? Json() : Json(spec.replicas())},
           {"selector", selector(parent)},
           {"strategy", strategy(rollout)},
           {"progressDeadlineSeconds", progress_deadline_seconds(spec, found)},
           {"revisionHistoryLimit", revisions},
           {"template", object({{"metadata", pod_metadata(parent, spec, found, pod_template)},
                                {"spec", with_additions(pod(parent, spec, found, machine,
                                                            pod_template, settings),
                                                        pod_template)}})},
       })},
  });
}

}  // namespace gradient
