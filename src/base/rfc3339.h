#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// The time that "2026-01-31T12:00:00Z" says (RFC 3339, section 5.6), with or without a fraction,
/// which is left out, or with an offset such as +01:00. A time before 1824 or after 2116 is the
/// first or last of them, so that the time between two of them fits the clock. Nothing for any
/// other text.
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);

/// "2026-01-31T12:00:00Z"
std::string rfc3339(std::chrono::system_clock::time_point time);
/// "2026-01-31T12:00:00.123456Z", as a Lease wants it
std::string rfc3339_micro(std::chrono::system_clock::time_point time);

/// From one such time to the other; negative where that is earlier. Nothing unless both are times.
std::optional<std::int64_t> seconds_between(const std::string& from, const std::string& to);

}  // namespace base
