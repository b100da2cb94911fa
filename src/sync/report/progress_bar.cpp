#include "sync/report/progress_bar.h"

#include "base/units.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace content {
namespace {

constexpr std::size_t narrowest_bar = 4;
constexpr std::size_t widest_bar = 40;

std::string name_of(const json::Json& line) {
  const auto model = json::string_at(line, {"model"});
  return model.empty() ? json::string_at(line, {"repository"}) : model;
}

/// "0:41", "1:02:03"
std::string clock_text(std::int64_t seconds) {
  std::ostringstream text;
  text << std::setfill('0');
  if (seconds >= 3600) text << seconds / 3600 << ":" << std::setw(2);
  text << seconds / 60 % 60 << ":" << std::setw(2) << seconds % 60;
  return text.str();
}

/// "  4.9 GiB of 9.8 GiB  120.0 MiB/s  0:41 left"
std::string figures(const json::Json& line) {
  const auto total = json::integer_at(line, {"total"});
  const auto rate = json::integer_at(line, {"rate"});
  const auto left = json::integer_at(line, {"eta"}, -1);
  auto text = "  " + base::bytes_text(json::integer_at(line, {"bytes"}));
  if (total > 0) text += " of " + base::bytes_text(total);
  if (rate > 0) text += "  " + base::bytes_text(rate) + "/s";
  if (left >= 0) text += "  " + clock_text(left) + " left";
  return text;
}

std::string bar(std::size_t width, std::int64_t percent) {
  const auto done = width * static_cast<std::size_t>(percent) / 100;
  return "  [" + std::string(done, '#') + std::string(width - done, '-') + "]";
}

}  // namespace

std::string progress_bar(const json::Json& line, std::size_t columns) {
  const auto total = json::integer_at(line, {"total"});
  const auto numbers = figures(line);
  auto text = name_of(line);
  if (total > 0) {
    const auto bytes = std::clamp<std::int64_t>(json::integer_at(line, {"bytes"}), 0, total);
    const auto percent =
        static_cast<std::int64_t>(100.0 * static_cast<double>(bytes) / static_cast<double>(total));
    const auto percent_text = " " + std::to_string(percent) + "%";
    const auto used = text.size() + bar(0, 0).size() + percent_text.size() + numbers.size();
    if (used + narrowest_bar <= columns) text += bar(std::min(columns - used, widest_bar), percent);
    text += percent_text;
  }
  return (text + numbers).substr(0, columns);
}

}  // namespace content
