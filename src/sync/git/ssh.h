#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// How git runs ssh: with one key, one set of known hosts, and nothing of the machine's.
namespace content {

struct GitRemote;

/// HOST:PORT of ssh://[USER@]HOST[:PORT]/PATH and of USER@HOST:PATH, where nothing can be taken for
/// an option of ssh; empty when `url` is neither.
std::string ssh_server(const std::string& url);

inline bool is_ssh(const std::string& url) {
  return !ssh_server(url).empty();
}

/// How git runs ssh for one server. Nothing of it but `key` is secret.
struct SshAccess {
  std::string server = {};   ///< that it is for, as ssh_server() says
  std::string command = {};  ///< git's core.sshCommand
  std::string key = {};      ///< the private key: git's secret file (base::Program)
  std::vector<std::string> environment = {};  ///< more of git's environment, as "NAME=value"
};

/// Reads the private key and writes what else ssh needs, the known hosts among it, into `home`,
/// which must be git's HOME. Throws Failure when ssh cannot use the key.
SshAccess ssh_access(const GitRemote& remote, const std::filesystem::path& home);

}  // namespace content
