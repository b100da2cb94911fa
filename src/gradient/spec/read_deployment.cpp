#include "gradient/spec/read_parts.h"
#include "gradient/spec/read_spec.h"
#include "gradient/spec/values.h"

#include <map>
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

/// Two mounts at one place hide each other, and a model inside of mountPath would hide the team's
/// data. Paths are normalised; an entry that was refused already has none.
void check_mounts(const DeploymentSpec& spec, json::ObjectReader& reader) {
  const auto models = reader.path("models");
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < spec.models.size(); ++i) {
    const std::string_view path = spec.models[i].path;
    if (path.empty()) continue;
    const auto entry = models.element(i);
    const auto [earlier, is_new] = places.emplace(path, i);
    if (!is_new) {
      reader.report().add(entry.member("path"),
                          "is the path of models[" + std::to_string(earlier->second) +
                              "] too (the default is /opt/models); give each model a path of its "
                              "own");
    }
    if (!spec.repositories || spec.repositories->mount_path.empty()) continue;
    const auto& folder = spec.repositories->mount_path;
    if (path == folder || values::is_below(path, folder)) {
      reader.report().add(entry.member("path"),
                          "is at or below repositories.mountPath, where it would hide the "
                          "dataset; choose a path outside of mountPath");
    }
  }
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
  spec.refuse("ports", "belongs to a later version of the spec; write one port as spec.port");
  spec.refuse("integrations",
              "belongs to a later version of the spec; write repositories for git, and models "
              "(each with a Model object that says where the files are) for buckets");
  spec.refuse("apiVersion",
              "is the version of a bare Gradient spec; remove it here, the object's own apiVersion "
              "counts");
  spec.refuse("name", "is in the wrong place; the deployment's name is metadata.name");
  spec.refuse("region",
              "has no meaning here; remove it and apply the object to the cluster that shall run "
              "it");
  spec.refuse("basicAuthKey",
              "is not supported; remove it and put an Ingress or gateway with authentication "
              "before the Service");
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
  spec.port = fields::port(reader, "port").value_or(spec.port);
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
  refuse_other_versions(reader);
  reader.finish();
  check_mounts(spec, reader);
  return spec;
}

}  // namespace

Reading<DeploymentSpec> read_deployment(const json::Json& object) {
  return fields::read_object<DeploymentSpec>(object, name_problem, read_fields);
}

Parent parent(const json::Json& object) {
  Parent parent;
  parent.kind = json::string_at(object, {"kind"});
  parent.ns = json::string_at(object, {"metadata", "namespace"});
  parent.name = json::string_at(object, {"metadata", "name"});
  parent.uid = json::string_at(object, {"metadata", "uid"});
  if (parent.uid.empty()) parent.uid = "00000000-0000-0000-0000-000000000000";
  parent.generation = json::integer_at(object, {"metadata", "generation"});
  parent.sync = json::string_at(object, {"metadata", "annotations", "gradient-operator.dev/sync"});
  return parent;
}

}  // namespace gradient
