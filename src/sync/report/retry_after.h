#pragma once

#include "sync/report/failure.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace content {

/// How long a server asks to wait by the last Retry-After (RFC 9110, section 10.2.3) among the
/// headers that a program has logged, one a line, whatever stands before them; seconds, or the time
/// until a date, which is 0 when it is past. Nothing when no server asks for it or none can tell
/// what it asks for. At most an hour.
std::optional<std::chrono::seconds> retry_after(std::string_view headers);

/// The failure with that, when it is one of a server that cannot answer now.
Failure with_retry_after(Failure failure, std::string_view headers);

}  // namespace content
