#include "gradient/status/helper_line.h"

#include "base/units.h"

#include <stdexcept>

namespace gradient {

json::Json helper_line(std::string_view text) {
  if (!text.starts_with('{')) return {};
  try {
    return json::parse(text);
  } catch (const std::invalid_argument&) {
    return {};
  }
}

bool is_event(const json::Json& line, std::string_view event) {
  return json::string_at(line, {"event"}) == event;
}

std::optional<int> progress_percent(const json::Json& line) {
  const auto done = json::integer_at(line, {"bytes"}, -1);
  const auto total = json::integer_at(line, {"total"});
  if (!is_event(line, "progress") || done < 0 || total <= 0 || done > total) return std::nullopt;
  return static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(total));
}

std::string progress_text(const json::Json& line) {
  const auto done = json::integer_at(line, {"bytes"}, -1);
  if (done < 0 || !is_event(line, "progress")) return {};
  auto text = base::bytes_text(done);
  if (const auto percent = progress_percent(line)) {
    text += " of " + base::bytes_text(json::integer_at(line, {"total"})) + " (" +
            std::to_string(*percent) + " %)";
  }
  const auto rate = json::integer_at(line, {"rate"});
  if (rate > 0) text += ", " + base::bytes_text(rate) + "/s";
  const auto left = json::integer_at(line, {"eta"});
  if (left > 0) text += ", " + std::to_string(left) + " s left";
  return text;
}

}  // namespace gradient
