#pragma once

#include "gradient/spec/found.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

#include <cstddef>
#include <string>
#include <vector>

/// Secrets as files of a single helper container. The app never mounts them. They are readable by
/// their group alone, which is the pod's fsGroup.
namespace gradient {

/// Where a git password is, or the private key for ssh.
inline constexpr const char* password_file = "/credentials/password";
/// Where the known hosts of ssh are, if the Secret has them.
inline constexpr const char* known_hosts_file = "/credentials/known_hosts";

/// The Secret that `key` names, with the configured one for none.
std::string secret_name(const SecretKey& key, const Settings& settings);

/// {"secretKeyRef": ...} of an environment variable.
json::Json secret_key_reference(const SecretKey& key, const Settings& settings);

/// A volume of the one key that is the repository's password; over ssh, of KEY.known_hosts too
/// where there is one. It must have a password.
json::Json password_volume(const Repository& repository, const Settings& settings);

/// Where the secret of `repositories.credentials[index]` is.
std::string host_credential_file(std::size_t index);

/// A volume of these secrets, and its mount in a helper.
json::Json host_credentials_volume(const std::vector<HostCredential>& credentials,
                                   const Settings& settings);
json::Json host_credentials_mount();

/// The Secret that a Model's source is read with, of its own or of its ContainerRegistry; empty:
/// none.
std::string secret_of_source(const FoundModel& model);

/// A volume of the keys that a Model's source may have of that Secret. There must be one.
json::Json source_volume(const std::string& id, const FoundModel& model);

/// The mount of either in a helper.
json::Json credentials_mount(const json::Json& volume);

}  // namespace gradient
