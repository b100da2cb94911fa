#pragma once

#include "sync/origin.h"

#include <string>
#include <vector>

namespace content {

/// The remote "source" in rclone's configuration format. Holds secrets: it goes to rclone through
/// an unnamed file.
struct RcloneRemote {
  std::string configuration;
  std::string path;                       ///< in the remote
  std::vector<std::string> secrets = {};  ///< what a server could send back of what it is sent
};

/// Throws Failure when a credential cannot be read, or a key of the Secret is missing.
RcloneRemote rclone_remote(const Source& source);

}  // namespace content
