#pragma once

#include "cli/colour.h"

#include <string>
#include <string_view>

namespace cli {

/// A line of a helper's log for people, "16:28:39 warning HostUnknown: ...", times in UTC; any
/// other line as it is.
std::string log_text(std::string_view line, const Paint& paint = {});

}  // namespace cli
