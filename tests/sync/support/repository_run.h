#pragma once

#include "sync/git/git.h"

#include <string>

/// `gradient-sync repository` for a volume of its own, in this process: "published", or "REASON:
/// message".
std::string publish_repository(const content::GitRemote& remote);
