#pragma once

#include <string>

namespace content {

/// What the programs that gradient-sync runs say of their versions: one line each of git, git-lfs,
/// ssh and rclone, "NAME: not found" where there is none.
std::string program_versions();

}  // namespace content
