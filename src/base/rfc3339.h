#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace base {

/// The time that "2026-01-31T12:00:00Z" says, with or without a fraction, which is left out, or
/// with an offset such as +01:00. Nothing for any other text.
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(const std::string& text);

}  // namespace base
