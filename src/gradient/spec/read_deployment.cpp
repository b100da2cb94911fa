#include "gradient/spec/read_deployment.h"

#include "gradient/spec/expansion.h"
#include "gradient/spec/exposure_rules.h"
#include "gradient/spec/fields.h"
#include "gradient/spec/mounts.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/pod_template_rules.h"
#include "gradient/spec/read_content.h"
#include "gradient/spec/read_exposure.h"
#include "gradient/spec/read_health_checks.h"
#include "gradient/spec/read_pod_template.h"
#include "gradient/spec/read_resources.h"
#include "gradient/spec/reading.h"
#include "gradient/spec/references.h"
#include "gradient/spec/secret_references.h"
#include "gradient/spec/values.h"

#include <set>

namespace gradient {
namespace {

std::string_view name_problem(std::string_view name) {
  return values::is_deployment_name(name)
             ? ""
             : "must be a DNS label of at most 50 characters that begins with a letter, such as "
               "my-app: a Service bears this name";
}

std::vector<EnvVar> read_env(json::ObjectReader& spec) {
  std::vector<EnvVar> variables;
  std::set<std::string, std::less<>> names;
  spec.elements("env", {0, 512}, [&](const json::Json& value, const json::Path& path) {
    json::ObjectReader entry(value, path, spec.report());
    EnvVar variable;
    variable.name = entry.required_string(
        "name", {.longest = 253, .example = "MODEL_NAME", .check = values::env_name_problem});
    variable.value = read_env_value(entry);
    entry.finish();
    if (!variable.name.empty() && !names.insert(variable.name).second) {
      entry.problem("name", "is the name of an earlier entry too; keep one of them");
    }
    variables.push_back(std::move(variable));
  });
  return variables;
}

std::vector<ModelMount> read_models(json::ObjectReader& spec) {
  std::vector<ModelMount> models;
  spec.elements("models", {0, 20}, [&](const json::Json& value, const json::Path& path) {
    json::ObjectReader entry(value, path, spec.report());
    models.push_back(read_model_mount(entry));
    entry.finish();
  });
  return models;
}

void refuse_other_versions(json::ObjectReader& spec) {
  spec.refuse("healthCheck",
              "is not a field; write healthChecks with liveness, readiness or startup below it");
  spec.refuse("healthchecks", "is not a field; write healthChecks, with a capital C");
  spec.refuse("machineType",
              "belongs to a later version of the spec; write resources.instanceType");
  spec.refuse("instanceType", "is in the wrong place; move it to resources.instanceType");
  spec.refuse("replicas", "is in the wrong place; move it to resources.replicas");
  spec.refuse("autoscaling", "is in the wrong place; move it to resources.autoscaling");
  spec.refuse("ports",
              "belongs to a later version of the spec; write one port as spec.port, and others as "
              "spec.endpoint.ports");
  spec.refuse("integrations",
              "belongs to a later version of the spec; write repositories for git, and models "
              "(each with a Model object that says where the files are) for buckets");
  spec.refuse("apiVersion",
              "is the version of a bare Gradient spec; remove it here, the object's own apiVersion "
              "counts");
  spec.refuse("name", "is in the wrong place; the deployment's name is metadata.name");
  spec.refuse("region",
              "has no meaning here; remove it and apply the object to the cluster that should run "
              "it");
  spec.refuse("basicAuthKey",
              "is not supported; remove it and put an Ingress or gateway with authentication "
              "in front of the Service");
}

DeploymentSpec read_fields(json::ObjectReader& reader) {
  DeploymentSpec spec;
  spec.enabled = reader.boolean("enabled").value_or(true);
  spec.image = reader.required_string("image", {.longest = 1024,
                                                .example = "registry.example.com/team/app:1.4",
                                                .check = values::image_problem});
  spec.container_registry = fields::object_name(reader, "containerRegistry",
                                                "ContainerRegistry object", "dockerhub-prod");
  spec.command = fields::command(reader, 0);
  spec.port = fields::port(reader, "port");
  spec.env = read_env(reader);
  spec.models = read_models(reader);
  if (const auto* value = reader.find("repositories")) {
    const auto path = reader.path("repositories");
    spec.repositories = read_repositories(*value, path, reader.report());
  }
  if (const auto* value = reader.find("healthChecks")) {
    const auto path = reader.path("healthChecks");
    spec.health_checks = read_health_checks(*value, path, reader.report());
  }
  if (const auto* value = reader.require("resources", "resources: {instanceType: C4}")) {
    const auto path = reader.path("resources");
    spec.resources = read_resources(*value, path, reader.report());
  }
  fields::inside(reader, "endpoint", [&](json::ObjectReader& endpoint) {
    spec.exposure = read_exposure(endpoint, spec.listening_port());
  });
  fields::inside(reader, "podTemplate",
                 [&](json::ObjectReader& parts) { spec.pod_template = read_pod_template(parts); });
  spec.restart_on_secret_change = reader.boolean("restartOnSecretChange").value_or(false);
  refuse_other_versions(reader);
  reader.finish();
  check_mounts(spec, reader);
  return spec;
}

void refuse_git_protocol(const DeploymentSpec& spec, json::Problems& problems) {
  if (!spec.repositories) return;
  const auto& repositories = spec.repositories->items;
  for (std::size_t i = 0; i < repositories.size(); ++i) {
    if (values::scheme(repositories[i].url) != "git") continue;
    problems.push_back({json::element_path("spec.repositories.repositories", i) + ".url",
                        "is a git:// URL, whose content anybody on the way can change; write an "
                        "https URL, or have sync.allowGitProtocol set in the operator's "
                        "configuration"});
  }
}

/// The kubelet would ask any address, also those that only its node reaches.
void refuse_probe_hosts(const DeploymentSpec& spec, json::Problems& problems) {
  const auto look_at = [&](const std::optional<HealthCheck>& check, const std::string& name) {
    const auto* http = check ? std::get_if<HttpCheck>(&check->action) : nullptr;
    if (http != nullptr && !http->host.empty())
      problems.push_back({"spec.healthChecks." + name + ".host", std::string(probe_host_refused)});
  };
  look_at(spec.health_checks.liveness, "liveness");
  look_at(spec.health_checks.readiness, "readiness");
  look_at(spec.health_checks.startup, "startup");
}

json::Problems fields_without_effect(const DeploymentSpec& spec, const Settings& settings) {
  if (!spec.autoscaled() || !settings.request_duration_metric.empty()) return {};
  json::Problems fields;
  const auto& metrics = spec.resources.autoscaling->metrics;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (metrics[i].metric != Metric::RequestDuration) continue;
    fields.push_back({json::element_path("spec.resources.autoscaling.metrics", i) + ".metric",
                      "requestDuration has an effect only where the operator's configuration names "
                      "a metric for it; see that metrics.requestDuration.name is set there, or "
                      "scale by cpu or memory"});
  }
  return fields;
}

}  // namespace

Reading<DeploymentSpec> read_deployment(const json::Json& object) {
  return fields::read_object<DeploymentSpec>(object, name_problem, read_fields);
}

Reading<DeploymentSpec> read_deployment(const json::Json& object, const Settings& settings) {
  auto reading = read_deployment(object);
  const auto* spec = std::get_if<DeploymentSpec>(&reading);
  if (spec == nullptr) return reading;
  json::Problems problems;
  if (settings.instance_type(spec->resources.instance_type) == nullptr) {
    problems.push_back({"spec.resources.instanceType",
                        "there is no machine \"" + spec->resources.instance_type +
                            "\" here; there are " + settings.instance_type_names()});
  }
  if (!settings.allow_git_protocol) refuse_git_protocol(*spec, problems);
  if (!settings.allow_probe_host) refuse_probe_hosts(*spec, problems);
  for (auto& problem : exposure_problems(spec->exposure, parent(object).ns, settings))
    problems.push_back(std::move(problem));
  for (auto& problem : pod_template_problems(*spec, settings))
    problems.push_back(std::move(problem));
  if (problems.empty()) return reading;
  return problems;
}

json::Problems doubtful_fields(const DeploymentSpec& spec, const Settings& settings) {
  auto all = fields_without_effect(spec, settings);
  if (spec.restart_on_secret_change &&
      environment_secrets(spec, spec.pod_template, settings).empty() &&
      environment_secrets(spec, settings.pod_template, settings).empty())
    all.push_back(
        {"spec.restartOnSecretChange", "has no effect, as the environment refers to no Secret"});
  for (auto& warning : unresolved_secrets(spec.pod_template))
    all.push_back(std::move(warning));
  for (auto& warning : surprising_expansions(spec))
    all.push_back(std::move(warning));
  for (auto& warning : paths_of_nothing(spec))
    all.push_back(std::move(warning));
  return all;
}

}  // namespace gradient
