#include "cli/log_text.h"

#include "base/rfc3339.h"
#include "base/units.h"
#include "gradient/status/helper_line.h"
#include "json/json.h"

#include <algorithm>
#include <array>

namespace cli {
namespace {

using json::Json;

/// Fields that are shown otherwise, or that the container's name tells.
constexpr std::array<std::string_view, 11> told{"time",   "level",      "event",    "message",
                                                "reason", "after",      "attempt",  "model",
                                                "pod",    "repository", "namespace"};

/// "revision=9379c86e bytes=9.8 GiB"
std::string fields(const Json& line) {
  std::string text;
  for (const auto& [name, value] : line.as_object()) {
    if (std::find(told.begin(), told.end(), name) != told.end() || value.is_null()) continue;
    const bool is_size = value.is_integer() && (name == "bytes" || name.ends_with("Bytes"));
    text += " " + name + "=" +
            (is_size             ? base::bytes_text(value.as_number().to_int64())
             : value.is_string() ? value.as_string()
                                 : json::text(value));
  }
  return text;
}

std::string what(const Json& line) {
  const auto message = json::string_at(line, {"message"});
  const auto reason = json::string_at(line, {"reason"});
  const auto subject = reason.empty() ? json::string_at(line, {"event"}) : reason;
  if (!message.empty()) return subject + ": " + message;
  const auto progress = gradient::progress_text(line);
  return progress.empty() ? subject + fields(line) : progress;
}

Colour colour_of_level(const std::string& level) {
  if (level == "error") return Colour::Red;
  return level == "warning" ? Colour::Yellow : Colour::None;
}

}  // namespace

std::string log_text(std::string_view line, const Paint& paint) {
  constexpr std::size_t date = sizeof "2026-01-31T" - 1;
  constexpr std::size_t clock = sizeof "12:00:00" - 1;
  const auto read = gradient::helper_line(line);
  const auto time = json::string_at(read, {"time"});
  const auto level = json::string_at(read, {"level"});
  const bool is_of_helper =
      base::parse_rfc3339(time) && !level.empty() && !json::string_at(read, {"event"}).empty();
  if (!is_of_helper) return std::string(line);
  return time.substr(date, clock) + " " + paint(colour_of_level(level), level) + " " + what(read);
}

}  // namespace cli
