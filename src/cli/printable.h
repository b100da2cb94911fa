#pragma once

#include <string>
#include <string_view>

namespace cli {

/// A line of somebody else's for a terminal: without control characters, by which it could write to
/// the clipboard, change the title or hide lines. Tabs and colours (SGR, "\e[31m") stay.
std::string printable(std::string_view line);

}  // namespace cli
