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

enum class Presence { Required, Optional };

Json files(const std::vector<std::string>& keys) {
  std::vector<Json> items;
  for (const auto& key : keys)
    items.push_back(object({{"key", key}, {"path", key}}));
  return array(std::move(items));
}

Json projection(const std::string& secret, const std::vector<std::string>& keys,
                Presence presence) {
  const bool optional = presence == Presence::Optional;
  return object({{"secret", object({{"name", secret},
                                    {"items", files(keys)},
                                    {"optional", optional ? Json(true) : Json()}})}});
}

/// A key that is allowed to be absent needs a projection of its own: `optional` is for all of one.
Json projections(const ModelSource& source) {
  const auto& secret = source.secret_name;
  if (source.scheme == ModelSource::Scheme::S3) {
    return array({projection(secret, {"accessKeyId", "secretAccessKey"}, Presence::Required),
                  projection(secret, {"sessionToken"}, Presence::Optional)});
  }
  return array({projection(secret, {"username", "password", "token"}, Presence::Optional)});
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
  const auto& password = *repository.password;
  const auto item = object({{"key", password.key}, {"path", "password"}});
  return object({{"name", names::container("credential-", repository.name)},
                 {"secret", object({{"secretName", secret_name(password, settings)},
                                    {"defaultMode", readable_by_group},
                                    {"items", array({item})}})}});
}

Json source_volume(const std::string& model, const ModelSource& source) {
  return object({{"name", names::container("source-", model)},
                 {"projected",
                  object({{"defaultMode", readable_by_group}, {"sources", projections(source)}})}});
}

Json credentials_mount(const Json& volume) {
  return mount(json::string_at(volume, {"name"}), helper_paths::credentials, Access::ReadOnly);
}

}  // namespace gradient
