#include "sync/oci/registry_login.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "json/json.h"

#include <algorithm>
#include <fnmatch.h>
#include <string_view>

namespace content {
namespace {

using json::Json;

/// Host with port, and a path that begins with a slash or is empty.
struct Place {
  std::string host, path;
};

/// Docker Hub has several names, and one key.
constexpr std::string_view docker_hub = "index.docker.io";

Place place_of(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  const auto slash = std::min(text.find('/'), text.size());
  Place place{base::lower(std::string(text.substr(0, slash))), std::string(text.substr(slash))};
  for (const std::string_view name : {"docker.io", "registry-1.docker.io"})
    if (place.host == name) place.host = docker_hub;
  constexpr std::string_view default_port = ":443";
  if (place.host.ends_with(default_port))
    place.host.resize(place.host.size() - default_port.size());
  return place;
}

/// A key may end with the version of the registry's API in place of a repository.
Place place_of_key(std::string_view key) {
  auto place = place_of(key);
  for (const std::string_view version : {"/v1/", "/v2/", "/v1", "/v2", "/"})
    if (place.path == version) place.path.clear();
  return place;
}

bool is_begin(const std::string& path, const std::string& of) {
  return of.starts_with(path) && (path.empty() || path.ends_with('/') || of.size() == path.size() ||
                                  of[path.size()] == '/');
}

std::optional<RegistryLogin> login_of(const Json& entry) {
  const auto auth = base::base64_decode(json::string_at(entry, {"auth"}));
  const auto colon = auth ? auth->find(':') : std::string::npos;
  RegistryLogin login{json::string_at(entry, {"username"}), json::string_at(entry, {"password"})};
  if (colon != std::string::npos) login = {auth->substr(0, colon), auth->substr(colon + 1)};
  if (login.username.empty() && login.password.empty()) return {};
  return login;
}

}  // namespace

std::optional<RegistryLogin> registry_login(const std::string& configuration,
                                            const std::string& repository) {
  const auto parsed = json::parse(configuration);
  const auto& auths = json::at(parsed, {"auths"});
  if (!auths.is_object()) return {};
  const auto wanted = place_of(repository);
  std::optional<RegistryLogin> best;
  std::size_t longest = 0;
  for (const auto& [key, entry] : auths.as_object()) {
    const auto place = place_of_key(key);
    const bool is_for_it = fnmatch(place.host.c_str(), wanted.host.c_str(), FNM_PERIOD) == 0 &&
                           is_begin(place.path, wanted.path);
    if (!is_for_it || (best && place.path.size() < longest)) continue;
    if (auto login = login_of(entry)) {
      best = std::move(login);
      longest = place.path.size();
    }
  }
  return best;
}

std::vector<std::string> registries_of(const std::string& configuration) {
  std::vector<std::string> names;
  const auto parsed = json::parse(configuration);
  const auto& auths = json::at(parsed, {"auths"});
  if (!auths.is_object()) return names;
  for (const auto& [key, entry] : auths.as_object()) {
    const auto place = place_of_key(key);
    auto name = (place.host == docker_hub ? "docker.io" : place.host) + place.path;
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  }
  return names;
}

}  // namespace content
