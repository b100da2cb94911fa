#include "gradient/spec/needs.h"

#include "gradient/spec/names.h"
#include "json/problem.h"

namespace gradient {
namespace {

SecretNeed need(const SecretKey& reference, const Settings& settings, std::string used_by) {
  return {reference.secret.empty() ? settings.secret_name : reference.secret, reference.key,
          std::move(used_by)};
}

}  // namespace

Needs needs(const DeploymentSpec& spec, const Settings& settings) {
  Needs needs;
  if (!spec.container_registry.empty()) needs.registries.insert(spec.container_registry);
  for (const auto& model : spec.models)
    needs.models.insert(model.id);
  for (std::size_t i = 0; i < spec.env.size(); ++i) {
    if (const auto* reference = std::get_if<SecretKey>(&spec.env[i].value)) {
      needs.secrets.push_back(
          need(*reference, settings, json::element_path("spec.env", i) + ".value"));
    }
  }
  if (!spec.repositories) return needs;
  needs.datasets.insert(spec.repositories->dataset);
  for (std::size_t i = 0; i < spec.repositories->items.size(); ++i) {
    const auto& password = spec.repositories->items[i].password;
    if (!password) continue;
    needs.secrets.push_back(
        need(*password, settings,
             json::element_path("spec.repositories.repositories", i) + ".password"));
  }
  for (std::size_t i = 0; i < spec.repositories->credentials.size(); ++i) {
    const auto& credential = spec.repositories->credentials[i];
    const bool is_app = std::holds_alternative<GitHubApp>(credential.secret);
    needs.secrets.push_back(need(credential.key(), settings,
                                 json::element_path("spec.repositories.credentials", i) +
                                     (is_app ? ".githubApp.privateKey" : ".password")));
  }
  return needs;
}

std::vector<SecretNeed> needs(const ModelSpec& spec, const std::string& used_by) {
  const auto& source = spec.source;
  if (source.secret_name.empty()) return {};
  const auto field = used_by + ".source.secretName";
  const auto& secret = source.secret_name;
  switch (source.scheme) {
    case ModelSource::Scheme::S3:
      return {{secret, "accessKeyId", field}, {secret, "secretAccessKey", field}};
    case ModelSource::Scheme::Gcs:
      return {{secret, "serviceAccountJson", field}};
    case ModelSource::Scheme::Sftp:
      return {{secret, "knownHosts", field}};
    case ModelSource::Scheme::Azure:
    case ModelSource::Scheme::Http:
    case ModelSource::Scheme::Claim:
    case ModelSource::Scheme::Oci:
      break;
  }
  return {{secret, "", field}};
}

std::vector<SecretNeed> needs(const Endpoint& endpoint) {
  const auto& secret = endpoint.tls_secret;
  if (secret.empty()) return {};
  const std::string field = "endpoint.tls.secretName of the operator's configuration";
  return {{secret, "", field}, {secret, "tls.crt", field}, {secret, "tls.key", field}};
}

std::optional<Blocker> unlabelled(const SecretNeed& need, const json::Json& secret) {
  if (json::string_at(secret, {"metadata", "labels", names::secret_label}) == "true")
    return std::nullopt;
  const auto ns = json::string_at(secret, {"metadata", "namespace"});
  return Blocker{"SecretNotAllowed",
                 need.used_by + ": Secret " + need.secret + " in namespace " + ns +
                     " lacks the label that the operator's configuration demands (secrets.allow); "
                     "whoever may give it to the authors of specs runs kubectl label secret " +
                     need.secret + " -n " + ns + " " + names::secret_label + "=true"};
}

SecretNeed need(const RegistrySpec& spec, const Settings& settings) {
  if (!spec.secret_name.empty()) {
    return {spec.secret_name, ".dockerconfigjson", "spec.secretName"};
  }
  return need(spec.password, settings, "spec.password");
}

}  // namespace gradient
