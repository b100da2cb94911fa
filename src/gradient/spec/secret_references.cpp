#include "gradient/spec/secret_references.h"

#include "gradient/spec/names.h"
#include "gradient/spec/values.h"
#include "json/problem.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace gradient {
namespace {

using json::Json;

/// Members by which a pod names a Secret. Volumes say secretName, all others name.
constexpr std::array<std::string_view, 5> referring{"secretKeyRef", "secretRef", "secret",
                                                    "nodePublishSecretRef", "azureFile"};

std::string name_in(const Json& reference) {
  const auto name = json::string_at(reference, {"secretName"});
  return name.empty() ? json::string_at(reference, {"name"}) : name;
}

struct Search {
  std::vector<SecretReference> found = {};

  void add(const Json& reference, std::string_view key, const std::string& path,
           bool is_environment) {
    auto name = name_in(reference);
    if (name.empty()) return;
    found.push_back({.secret = std::move(name),
                     .key = json::string_at(reference, {key}),
                     .path = path,
                     .is_environment = is_environment});
  }

  void look_into(const Json& value, const std::string& path, bool in_env_from) {
    if (value.is_array()) {
      std::size_t i = 0;
      for (const auto& element : value.as_array())
        look_into(element, json::element_path(path, i++), in_env_from);
    }
    if (!value.is_object()) return;
    for (const auto& [name, member] : value.as_object()) {
      const auto place = path + "." + name;
      const bool is_reference =
          std::find(referring.begin(), referring.end(), name) != referring.end();
      if (is_reference) add(member, "key", place, name == "secretKeyRef" || in_env_from);
      look_into(member, place, in_env_from || name == "envFrom");
    }
  }
};

}  // namespace

std::vector<SecretReference> secret_references(const Json& pod_spec, const std::string& path) {
  Search search;
  search.look_into(pod_spec, path, false);
  const auto& pull_secrets = json::elements_at(pod_spec, {"imagePullSecrets"});
  for (std::size_t i = 0; i < pull_secrets.size(); ++i)
    search.add(pull_secrets.at(i), "", json::element_path(path + ".imagePullSecrets", i), false);
  return std::move(search.found);
}

std::vector<SecretReference> environment_secrets(const DeploymentSpec& spec,
                                                 const PodTemplate& pod_template,
                                                 const Settings& settings) {
  std::vector<SecretReference> secrets;
  for (std::size_t i = 0; i < spec.env.size(); ++i) {
    const auto* reference = std::get_if<SecretKey>(&spec.env[i].value);
    if (reference == nullptr) continue;
    secrets.push_back(
        {.secret = reference->secret.empty() ? settings.secret_name : reference->secret,
         .key = reference->key,
         .path = json::element_path("spec.env", i) + ".value",
         .is_environment = true});
  }
  for (auto& reference : secret_references(pod_template.spec, "spec.podTemplate.spec"))
    if (reference.is_environment) secrets.push_back(std::move(reference));
  return secrets;
}

json::Problems unresolved_secrets(const PodTemplate& pod_template) {
  json::Problems warnings;
  for (const auto* list : {"initContainers", "containers"}) {
    const auto& containers = json::elements_at(pod_template.spec, {list});
    for (std::size_t i = 0; i < containers.size(); ++i) {
      const auto path = json::element_path(std::string("spec.podTemplate.spec.") + list, i);
      const bool is_app = json::string_at(containers.at(i), {"name"}) == names::app_container;
      const auto& env = json::elements_at(containers.at(i), {"env"});
      for (std::size_t j = 0; j < env.size(); ++j) {
        if (!values::has_secret_prefix(json::string_at(env.at(j), {"value"}))) continue;
        warnings.push_back({json::element_path(path + ".env", j) + ".value",
                            std::string("is passed on as a text, as SECRET: stands for a Secret "
                                        "only in spec.env; write ") +
                                (is_app ? "the variable there, or " : "") +
                                "valueFrom.secretKeyRef here"});
      }
    }
  }
  return warnings;
}

}  // namespace gradient
