#pragma once

#include "sync/volume/volume.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// How git runs ssh: with the keys of one Secret, one set of known hosts, and nothing of the
/// machine's.
namespace content {

struct GitRemote;

/// How git runs ssh for one server. No secret is in its texts.
struct SshAccess {
  std::string command = {};                   ///< git's core.sshCommand
  std::vector<std::string> environment = {};  ///< more of git's environment, as "NAME=value"
  std::vector<std::shared_ptr<const OpenFile>> keys = {};  ///< in memory: ssh tries them in order
};

/// Reads the private keys, one after the other in one file, and writes what else ssh needs, the
/// known hosts among it, into `home`, which must be git's HOME. Throws Failure when ssh cannot use
/// one of the keys.
SshAccess ssh_access(const GitRemote& remote, const std::filesystem::path& home);

/// git's core.sshCommand with these keys alone.
std::string ssh_command(const std::vector<std::shared_ptr<const OpenFile>>& keys);

/// The blocks of PEM in a text, each with its lines; the whole text when it has none.
std::vector<std::string> private_keys_in(const std::string& text);

}  // namespace content
