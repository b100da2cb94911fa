#pragma once

#include <optional>
#include <string>
#include <vector>

/// Logins of registries as a Docker configuration has them ({"auths": {KEY: ...}}), which is what a
/// Secret of the type kubernetes.io/dockerconfigjson holds.
namespace content {

struct RegistryLogin {
  std::string username, password;
  bool operator==(const RegistryLogin&) const = default;
};

/// The login for a repository, "registry.example.com/team/llm", chosen as nodes choose it for an
/// image: the key with the longest path of those whose host is the same, and whose path is the
/// repository's beginning. Parts of a key's host may have `*`. Nothing when there is none. Throws
/// std::invalid_argument when it is not JSON.
std::optional<RegistryLogin> registry_login(const std::string& configuration,
                                            const std::string& repository);

/// What it has keys for, for messages.
std::vector<std::string> registries_of(const std::string& configuration);

}  // namespace content
