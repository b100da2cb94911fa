#pragma once

#include <optional>
#include <string>
#include <string_view>

/// The URLs by which git fetches over a network, read as git reads them.
namespace content {

/// SCHEME://[USER[:PASSWORD]@]HOST[:PORT]/PATH, or ssh's short form USER@HOST:PATH.
struct RemoteUrl {
  std::string scheme = {};    ///< "https", "http", "ssh" or "git", in lower case
  std::string user = {};      ///< empty: none
  bool has_password = false;  ///< which is not kept
  std::string host = {};      ///< in lower case
  std::string port = {};      ///< empty: the scheme's own, also where that was written
  std::string path = {};      ///< begins with '/', but in a short form as it was written
  bool is_short = false;

  bool is_web() const { return scheme == "https" || scheme == "http"; }
  bool operator==(const RemoteUrl&) const = default;
};

/// Nothing for any other text, for one with a control character, and where ssh could take a part
/// for an option.
std::optional<RemoteUrl> read_remote_url(std::string_view url);

/// The URL without a password, and without a user where it is none of ssh.
std::string to_text(const RemoteUrl& url);

/// A URL for messages: without a query, and without a user where it is one of http or https. Both
/// may be a token, also in a URL that a repository has.
std::string for_messages(const std::string& url);

/// "SCHEME://HOST[:PORT]" of a URL that is none of a short form.
std::string origin(const RemoteUrl& url);

/// Whether both are on one host, by whatever protocol and port. Some hosts have another name for
/// ssh at port 443.
bool is_same_host(const RemoteUrl& one, const RemoteUrl& other);

/// Whether both are on one server: protocol, host and port are the same.
bool is_same_server(const RemoteUrl& one, const RemoteUrl& other);

/// The repository of `url` as it is called on the server of `server`, which is on the same host.
RemoteUrl on_server(const RemoteUrl& url, const RemoteUrl& server);

/// Whether git fetches from this URL over ssh.
bool is_ssh(std::string_view url);

}  // namespace content
