#pragma once

#include "sync/rclone/source.h"

#include <stop_token>
#include <string>
#include <vector>

/// Which files a source's include and exclude let through, as rclone's filters mean it.
namespace content {

/// Arguments of rclone for `include` and `exclude`. The first rule that fits a file decides.
std::vector<std::string> rclone_filters(const Source& source);

/// Those of `names`, paths of files below the source's folder, that they let through. Throws
/// Failure and Stopped.
std::vector<std::string> let_through(const Source& source, const std::vector<std::string>& names,
                                     const std::stop_token& stop);

}  // namespace content
