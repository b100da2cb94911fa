#pragma once

#include "sync/rclone/source.h"

#include <map>
#include <string>
#include <vector>

namespace content {

using RcloneOptions = std::map<std::string, std::string>;

/// A section of rclone.conf and a path: what rclone calls a remote.
struct RcloneRemote {
  RcloneOptions options;
  std::string path;                           ///< in the remote
  std::vector<std::string> secrets = {};      ///< what a server could send back of what it is sent
  std::vector<std::string> environment = {};  ///< of rclone, as "NAME=value"
};

/// The remote "source" of these options as our rclone's --remotes takes it (scripts/rclone.go),
/// which changes nothing in them. It holds secrets: it goes to rclone through an unnamed file.
std::string rclone_configuration(const RcloneOptions& options);

/// Throws Failure when a credential cannot be read, or a key of the Secret is missing.
RcloneRemote rclone_remote(const Source& source, Asking asking = Asking::ByHead);

}  // namespace content
