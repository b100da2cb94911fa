#include "gradient/render/pull_secret.h"

#include "base/base64.h"
#include "gradient/render/labels.h"
#include "gradient/spec/names.h"
#include "gradient/spec/pull_credentials.h"

namespace gradient {

using json::Json;
using json::object;

PodParts pull_secret_parts(const Found& found) {
  PodParts parts;
  if (!found.pull_secret.empty())
    parts.image_pull_secrets = {object({{"name", found.pull_secret}})};
  return parts;
}

std::string pull_secret_name(const std::string& registry, const RegistrySpec& spec) {
  return spec.secret_name.empty() ? registry + "-pull" : spec.secret_name;
}

Json render_pull_secret(const Parent& parent, const RegistrySpec& spec,
                        const std::string& password) {
  const std::string meant(pull::without_line_end(password));
  const auto login = object({{"username", spec.username},
                             {"password", meant},
                             {"auth", base::base64_encode(spec.username + ":" + meant)}});
  auto auths = Json::object();
  for (const auto& key : pull::keys(spec.server))
    auths[key] = login;
  const auto config = object({{"auths", auths}});
  const auto secret = object({
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"metadata", object({{"name", pull_secret_name(parent.name, spec)}})},
      {"type", "kubernetes.io/dockerconfigjson"},
      {"data", object({{".dockerconfigjson", base::base64_encode(json::text(config))}})},
  });
  return stamped(secret, parent, kind_labels(names::registry_label, parent), Owner::Parent);
}

}  // namespace gradient
