#pragma once

#include <chrono>
#include <filesystem>
#include <string>

/// Credentials of a GitHub App: a private key that gets tokens, which hold for an hour
/// (docs.github.com, "Authenticating as a GitHub App installation").
namespace content {

struct GitHubApp {
  std::string id;            ///< the App's ID or its client ID
  std::string installation;  ///< the ID of the App's installation in the organisation
  std::string api = {};      ///< https://HOST/PATH of the REST API; empty: the host's usual one
  bool operator==(const GitHubApp&) const = default;
};

/// The user that goes with a token.
inline constexpr const char* app_username = "x-access-token";

/// The JSON Web Token by which an App proves who it is, good for nine minutes (GitHub takes ten at
/// most) and from a minute ago, as clocks differ. `key`: PEM. Throws Failure when that is none of
/// RSA.
std::string app_token(const std::string& id, const std::string& key,
                      std::chrono::system_clock::time_point now);

/// The URL of the API that belongs to the git server at `url`.
std::string usual_api(const std::string& url);

/// Asks for a token of the installation; `url` is the git server's. Throws Failure with the cause,
/// which has nothing of the server's answer in it.
std::string installation_token(const GitHubApp& app, const std::string& url,
                               const std::filesystem::path& private_key);

}  // namespace content
