#include "gradient/spec/pull_credentials.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "gradient/spec/characters.h"
#include "gradient/spec/references.h"
#include "gradient/spec/values.h"

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <optional>
#include <stdexcept>

namespace gradient::pull {
namespace {

using json::Json;

constexpr const char* docker_hub = "docker.io";
/// The one name that images without a registry are looked up by.
constexpr const char* docker_hub_key = "https://index.docker.io/v1/";

/// A host with its port, and a path that begins with a slash or is empty.
struct Address {
  std::string host, path;
};

Address address(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.substr(0, scheme.size()) != scheme) continue;
    text.remove_prefix(scheme.size());
    break;
  }
  text = text.substr(0, text.find_first_of("?#"));
  const auto slash = std::min(text.find('/'), text.size());
  const auto host = text.substr(0, slash);
  const auto user = host.rfind('@');
  return {std::string(user == std::string_view::npos ? host : host.substr(user + 1)),
          std::string(text.substr(slash))};
}

/// "/v2" and "/v1/team" begin with the version of the registry's API and not with a repository.
bool has_version(std::string_view path) {
  const auto part = path.substr(0, 3);
  return (part == "/v1" || part == "/v2") && (path.size() == 3 || path[3] == '/');
}

std::string without_default_port(const std::string& host) {
  constexpr std::string_view port = ":443";
  return host.ends_with(port) ? host.substr(0, host.size() - port.size()) : host;
}

bool is_docker_hub(const std::string& host) {
  constexpr std::array<std::string_view, 5> names{docker_hub, "index.docker.io", "hub.docker.com",
                                                  "registry-1.docker.io",
                                                  "registry.hub.docker.com"};
  return std::find(names.begin(), names.end(), host) != names.end();
}

std::pair<std::string_view, std::string_view> split_port(std::string_view host) {
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos) return {host, {}};
  return {host.substr(0, colon), host.substr(colon + 1)};
}

/// Labels of the pattern may hold `*`.
bool host_matches(std::string_view pattern, std::string_view host) {
  const auto [pattern_name, pattern_port] = split_port(pattern);
  const auto [name, port] = split_port(host);
  if (pattern_port != port) return false;
  auto rest = name;
  bool is_over = false;
  const bool each = values::all_parts(pattern_name, '.', [&](std::string_view label) {
    if (is_over) return false;
    const auto dot = rest.find('.');
    const auto matched =
        fnmatch(std::string(label).c_str(), std::string(rest.substr(0, dot)).c_str(), 0) == 0;
    is_over = dot == std::string_view::npos;
    rest.remove_prefix(is_over ? rest.size() : dot + 1);
    return matched;
  });
  return each && is_over;
}

/// The image with its registry written out, as nodes do before they look for credentials.
Address image_address(std::string_view image) {
  const auto slash = image.find('/');
  const auto first = image.substr(0, slash);
  const bool named = slash != std::string_view::npos &&
                     (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  if (!named) {
    const auto* folder = slash == std::string_view::npos ? "/library/" : "/";
    return {docker_hub, folder + std::string(image)};
  }
  const bool is_hub = first == "index.docker.io";
  return {is_hub ? docker_hub : std::string(first), std::string(image.substr(slash))};
}

struct Login {
  std::string username, password;
};

/// Standard base64 as Go takes it: line breaks anywhere, and the padding may be missing.
std::optional<std::string> decoded(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  if (!text.ends_with('=')) text.append((4 - text.size() % 4) % 4, '=');
  return base::base64_decode(text);
}

/// An entry of "auths" that a node cannot even read makes it read no other.
std::optional<Login> read_login(const Json& entry, std::string& problem) {
  Login login;
  if (!entry.is_object() && !entry.is_null()) {
    problem = "is not a mapping";
    return std::nullopt;
  }
  for (const char* field : {"username", "password", "auth"}) {
    const auto& value = json::at(entry, {field});
    if (value.is_string() || value.is_null()) continue;
    problem = std::string(field) + " is not a text";
    return std::nullopt;
  }
  login = {json::string_at(entry, {"username"}), json::string_at(entry, {"password"})};
  const auto auth = json::string_at(entry, {"auth"});
  if (auth.empty()) return login;
  const auto text = decoded(auth);
  const auto colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    problem = "auth is not USER:PASSWORD in base64";
    return std::nullopt;
  }
  return Login{text->substr(0, colon), text->substr(colon + 1)};
}

std::string entry_problem(const Json& entry, const Login& login) {
  if (!login.username.empty() || !login.password.empty())
    return login_problem(login.username, login.password);
  return json::at(entry, {"identitytoken"}).is_null()
             ? "has neither auth nor username and password"
             : "has an identitytoken alone, which nodes do not use";
}

/// A program on the machine where `docker login` ran has the passwords then.
std::string kept_elsewhere(const Json& configuration) {
  for (const char* field : {"credsStore", "credHelpers"}) {
    if (!json::at(configuration, {field}).is_null())
      return std::string(", as ") + field + " keeps the passwords on the machine of docker login";
  }
  return {};
}

}  // namespace

std::vector<std::string> keys(std::string_view server) {
  auto [host, path] = address(server);
  path = values::normal_path(path);
  if (has_version(path)) path.erase(0, 3);
  if (path == "/") path.clear();
  const auto name = base::lower(without_default_port(host));
  std::vector<std::string> found;
  const auto add = [&](const std::string& key) {
    if (std::find(found.begin(), found.end(), key) == found.end()) found.push_back(key);
  };
  if (is_docker_hub(name)) {
    add(docker_hub_key);
    if (name != docker_hub && name != "index.docker.io") add(name);
    return found;
  }
  add(name + path);
  add(base::lower(host) + path);  // images may write the port, or capitals
  add(host + path);
  return found;
}

std::string server_of(std::string_view key) {
  auto [host, path] = address(key);
  if (has_version(path) && path.size() > 3) path.erase(0, 3);
  if (path == "/") path.clear();
  if (host == "index.docker.io" && path.empty()) return docker_hub;
  return host + path;
}

bool covers(const std::string& server, std::string_view image) {
  const auto [host, path] = address(server);
  const auto wanted = image_address(image);
  return host_matches(host, wanted.host) && wanted.path.starts_with(path);
}

bool covers(const std::vector<std::string>& servers, std::string_view image) {
  return std::any_of(servers.begin(), servers.end(),
                     [&](const std::string& server) { return covers(server, image); });
}

std::string registry_of(std::string_view image) {
  return image_address(image).host;
}

std::string text(const std::vector<std::string>& servers) {
  constexpr std::size_t most = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(servers.size(), most); ++i)
    list += (i == 0 ? "" : ", ") + servers[i];
  if (servers.size() > most) list += " and " + std::to_string(servers.size() - most) + " more";
  return list;
}

std::string_view without_line_end(std::string_view password) {
  const auto last = password.find_last_not_of("\r\n");
  return password.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string login_problem(std::string_view username, std::string_view password) {
  if (username.empty()) return "the user is empty";
  if (password.empty()) return "the password is empty";
  // Google's registries take a key file, with its line breaks, for a password.
  if (username.starts_with("_json_key")) return {};
  if (password != without_line_end(password)) return "the password ends with a line break";
  if (values::has_control(password))
    return "the password has a line break or another control character inside";
  return {};
}

Contents read(const std::string& docker_configuration) {
  Json configuration;
  try {
    configuration = json::parse(docker_configuration);
  } catch (const std::invalid_argument&) {
    return {.servers = {}, .problem = "is not JSON"};
  }
  const auto& auths = json::at(configuration, {"auths"});
  if (!auths.is_object() || auths.size() == 0)
    return {.servers = {}, .problem = "has no entry in auths" + kept_elsewhere(configuration)};
  Contents contents;
  std::vector<std::string> problems;
  for (const auto& [key, entry] : auths.as_object()) {
    constexpr std::size_t longest = 512;
    const bool is_name = !key.empty() && key.size() <= longest && !values::has_control(key);
    const auto name = is_name ? "auths." + server_of(key) : std::string("an entry of auths");
    std::string unreadable;
    const auto login = read_login(entry, unreadable);
    if (!login) {
      return {.servers = {},
              .problem = name + ": " + unreadable + ", and nodes then read no entry at all"};
    }
    const auto problem = is_name ? entry_problem(entry, *login) : "its key is no server";
    if (problem.empty()) {
      contents.servers.push_back(server_of(key));
    } else {
      problems.push_back(name + ": " + problem);
    }
  }
  if (contents.servers.empty()) contents.problem = text(problems) + kept_elsewhere(configuration);
  return contents;
}

}  // namespace gradient::pull
