#pragma once

#include <string>

namespace content {

struct GitRemote;

/// git's configuration for a remote, as the text of the one file that it reads. `helper`: of
/// credentials, which is told the paths of URLs if `tell_paths`. `ssh`: core.sshCommand; empty: ssh
/// is not used.
std::string git_configuration(const GitRemote& remote, const std::string& helper, bool tell_paths,
                              const std::string& ssh);

}  // namespace content
