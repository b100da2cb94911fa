#pragma once

#include <string>

namespace cli {

/// Sends logs to standard error, one line each. `format` is "text" or "json" (an object with time,
/// level and message); `level` as spdlog names them. Both are checked by the command line.
void set_up_logging(const std::string& format, const std::string& level);

}  // namespace cli
