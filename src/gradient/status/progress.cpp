#include "gradient/status/progress.h"

#include "base/units.h"

namespace gradient {

std::string progress_text(const json::Json& line) {
  const auto done = json::integer_at(line, {"bytes"}, -1);
  const auto total = json::integer_at(line, {"total"});
  if (done < 0 || json::string_at(line, {"event"}) != "progress") return {};
  auto text = base::bytes_text(done);
  if (total > 0 && done <= total) {
    text += " of " + base::bytes_text(total) + " (" +
            std::to_string(
                static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(total))) +
            " %)";
  }
  const auto rate = json::integer_at(line, {"rate"});
  if (rate > 0) text += ", " + base::bytes_text(rate) + "/s";
  const auto left = json::integer_at(line, {"eta"});
  if (left > 0) text += ", " + std::to_string(left) + " s left";
  return text;
}

}  // namespace gradient
