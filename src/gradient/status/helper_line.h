#pragma once

#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>

/// What the status and the commands read of a helper: a line of its log, or the report that it
/// leaves as its termination message. gradient-sync writes both (sync/report).
namespace gradient {

/// The JSON object that `text` is. Null for any other text: half a line, the words of a runtime, a
/// line of the app.
json::Json helper_line(std::string_view text);

bool is_event(const json::Json& line, std::string_view event);

/// How much of a transfer is done, in percent; empty when the line is not about one, or does not
/// say.
std::optional<int> progress_percent(const json::Json& line);

/// "1.2 GiB of 5.0 GiB (24 %), 85.0 MiB/s, 45 s left", as far as the line says; empty when its
/// event is not "progress".
std::string progress_text(const json::Json& line);

}  // namespace gradient
