#pragma once

#include "json/json.h"

#include <string>
#include <string_view>
#include <vector>

/// Credentials of registries as nodes use them. The kubelet reads them from a Docker configuration
/// ({"auths": {KEY: ...}}) and compares each key with the image, letter by letter: host and port
/// must be the same, and the key's path the beginning of the image's.
namespace gradient::pull {

/// The keys for credentials of `server`, so that images of it are found however it is spelt.
std::vector<std::string> keys(std::string_view server);

/// What a key stands for: "host:port/path". Docker Hub is docker.io.
std::string server_of(std::string_view key);

/// Whether nodes offer credentials of `server` (see server_of) to the registry of `image`.
bool covers(const std::string& server, std::string_view image);
bool covers(const std::vector<std::string>& servers, std::string_view image);

/// "registry.example.com:5000", or docker.io where the image names no registry.
std::string registry_of(std::string_view image);

/// A list for messages.
std::string text(const std::vector<std::string>& servers);

/// A password as it is meant: without the line breaks that `echo` and editors leave at its end.
std::string_view without_line_end(std::string_view password);

/// Why a registry can accept no such login; empty when it may. Nothing of the values is in it.
std::string login_problem(std::string_view username, std::string_view password);

struct Contents {
  std::vector<std::string> servers;  ///< that there are usable credentials for
  std::string problem;               ///< why there are none; empty when there are
};

/// The Docker configuration in the key .dockerconfigjson of a Secret.
Contents read(const std::string& docker_configuration);

}  // namespace gradient::pull
