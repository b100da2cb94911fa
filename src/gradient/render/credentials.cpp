#include "gradient/render/credentials.h"

#include "gradient/render/helper.h"
#include "gradient/render/pod_parts.h"
#include "gradient/spec/names.h"

namespace gradient {
namespace {

using json::array;
using json::Json;
using json::object;

constexpr int readable_by_group = 0440;
constexpr const char* host_credentials_name = "host-credentials";
constexpr const char* host_credentials_folder = "/host-credentials";

enum class Presence { Required, Optional };

Json file(const std::string& key, const std::string& path) {
  return object({{"key", key}, {"path", path}});
}

std::vector<Json> files(const std::vector<std::string>& keys) {
  std::vector<Json> result;
  result.reserve(keys.size());
  for (const auto& key : keys)
    result.push_back(file(key, key));
  return result;
}

/// A key that is allowed to be absent needs a projection of its own: `optional` is for all of one.
Json projection(const std::string& secret, std::vector<Json> files, Presence presence) {
  const bool optional = presence == Presence::Optional;
  return object({{"secret", object({{"name", secret},
                                    {"items", array(std::move(files))},
                                    {"optional", optional ? Json(true) : Json()}})}});
}

Json projected_volume(const std::string& name, Json sources) {
  return object({{"name", name},
                 {"projected",
                  object({{"defaultMode", readable_by_group}, {"sources", std::move(sources)}})}});
}

/// The keys of a source's Secret; docs/models.md lists them.
Json projections(ModelSource::Scheme scheme, const std::string& secret) {
  const auto keys = [&](const std::vector<std::string>& names, Presence presence) {
    return projection(secret, files(names), presence);
  };
  using Scheme = ModelSource::Scheme;
  switch (scheme) {
    case Scheme::S3:
      return array({keys({"accessKeyId", "secretAccessKey"}, Presence::Required),
                    keys({"sessionToken"}, Presence::Optional)});
    case Scheme::Gcs:
      return array({keys({"serviceAccountJson"}, Presence::Required)});
    case Scheme::Azure:
      return array({keys({"account", "accountKey", "sasUrl"}, Presence::Optional)});
    case Scheme::Sftp:
      return array({keys({"knownHosts"}, Presence::Required),
                    keys({"username", "password", "privateKey"}, Presence::Optional)});
    case Scheme::Oci:
      return array(
          {projection(secret, {file(".dockerconfigjson", "config.json")}, Presence::Required)});
    case Scheme::Http:
    case Scheme::Claim:
      break;
  }
  return array({keys({"username", "password", "token", "signedUrl"}, Presence::Optional)});
}

}  // namespace

std::string secret_name(const SecretKey& key, const Settings& settings) {
  return key.secret.empty() ? settings.secret_name : key.secret;
}

Json secret_key_reference(const SecretKey& key, const Settings& settings) {
  return object(
      {{"secretKeyRef", object({{"name", secret_name(key, settings)}, {"key", key.key}})}});
}

Json password_volume(const Repository& repository, const Settings& settings) {
  const auto& key = repository.password->key;
  const auto name = names::container("credential-", repository.name);
  const auto source = secret_name(*repository.password, settings);
  if (repository.over_ssh) {
    return projected_volume(name,
                            array({projection(source, {file(key, "password")}, Presence::Required),
                                   projection(source, {file(key + ".known_hosts", "known_hosts")},
                                              Presence::Optional)}));
  }
  return object({{"name", name},
                 {"secret", object({{"secretName", source},
                                    {"defaultMode", readable_by_group},
                                    {"items", array({file(key, "password")})}})}});
}

std::string host_credential_file(std::size_t index) {
  return std::string(host_credentials_folder) + "/" + std::to_string(index);
}

Json host_credentials_volume(const std::vector<HostCredential>& credentials,
                             const Settings& settings) {
  std::vector<Json> sources;
  for (const auto& credential : credentials) {
    const auto name = std::to_string(sources.size());
    sources.push_back(projection(secret_name(credential.key(), settings),
                                 {file(credential.key().key, name)}, Presence::Required));
  }
  return projected_volume(host_credentials_name, array(std::move(sources)));
}

Json host_credentials_mount() {
  return mount(host_credentials_name, host_credentials_folder, Access::ReadOnly);
}

std::string secret_of_source(const FoundModel& model) {
  return model.pull_secret.empty() ? model.spec.source.secret_name : model.pull_secret;
}

Json source_volume(const std::string& id, const FoundModel& model) {
  return projected_volume(names::container("source-", id),
                          projections(model.spec.source.scheme, secret_of_source(model)));
}

Json credentials_mount(const Json& volume) {
  return mount(json::string_at(volume, {"name"}), helper_paths::credentials, Access::ReadOnly);
}

}  // namespace gradient
