#include "gradient/render/registry.h"

#include "base/base64.h"
#include "gradient/render/labels.h"
#include "gradient/render/render.h"
#include "gradient/spec/names.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace gradient {
namespace {

using json::Json;
using json::object;

/// The place of credentials in a Docker configuration. Docker Hub's is a URL, whatever name of it
/// people use; all others are a host, perhaps with a path.
std::string registry_key(std::string server) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (server.rfind(scheme, 0) == 0) server.erase(0, scheme.size());
  }
  while (!server.empty() && server.back() == '/')
    server.pop_back();
  constexpr std::array<std::string_view, 5> docker_hub{"docker.io", "index.docker.io",
                                                       "hub.docker.com", "registry-1.docker.io",
                                                       "registry.hub.docker.com"};
  const std::string_view host(server.data(), std::min(server.size(), server.find('/')));
  const bool hub = std::find(docker_hub.begin(), docker_hub.end(), host) != docker_hub.end();
  return hub ? "https://index.docker.io/v1/" : server;
}

}  // namespace

PodParts registry_parts(const Found& found) {
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
  const auto login = object({{"username", spec.username},
                             {"password", password},
                             {"auth", base::base64_encode(spec.username + ":" + password)}});
  const auto config = object({{"auths", object({{registry_key(spec.server), login}})}});
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
