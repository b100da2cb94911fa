#include "base/rfc3339.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

namespace base {
namespace {

using Clock = std::chrono::system_clock;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Whether `text` is written like `shape`, in which 0 stands for any digit.
bool has_shape(std::string_view text, std::string_view shape) {
  return std::equal(text.begin(), text.end(), shape.begin(), shape.end(),
                    [](char c, char wanted) { return wanted == '0' ? is_digit(c) : c == wanted; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits)
    value = value * 10 + (c - '0');
  return value;
}

std::string_view without_fraction(std::string_view text) {
  if (!text.starts_with('.')) return text;
  const auto end = std::find_if_not(text.begin() + 1, text.end(), is_digit) - text.begin();
  return end > 1 ? text.substr(static_cast<std::size_t>(end)) : text;
}

std::optional<std::chrono::minutes> offset_of(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (!has_shape(text, "+00:00") && !has_shape(text, "-00:00")) return std::nullopt;
  const int hours = number(text.substr(1, 2));
  const int minutes = number(text.substr(4, 2));
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(hours * 60 + minutes);
  return text.front() == '-' ? -offset : offset;
}

/// A clock of nanoseconds ends in 2262, and "never" is often written as the year 9999 or 1. With
/// half of it on either side, the time between two times fits, too.
Clock::time_point within_clock(std::chrono::sys_seconds time) {
  const std::chrono::sys_seconds last(
      std::chrono::floor<std::chrono::seconds>(Clock::time_point::max().time_since_epoch() / 2));
  const std::chrono::sys_seconds first(-last.time_since_epoch());
  return std::clamp(time, first, last);
}

/// "2026-01-31T12:00:00", and the microseconds after it.
std::pair<std::string, int> split(Clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds);
  const auto unix_time = Clock::to_time_t(seconds);
  std::tm fields{};
  gmtime_r(&unix_time, &fields);
  std::array<char, 32> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &fields);
  return {std::string(text.data(), length), static_cast<int>(rest.count())};
}

}  // namespace

std::optional<Clock::time_point> parse_rfc3339(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  const auto date_time = text.substr(0, shape.size());
  if (!has_shape(date_time, shape)) return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t length = 2) {
    return number(date_time.substr(at, length));
  };
  const std::chrono::year_month_day date{std::chrono::year(part(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(part(5))),
                                         std::chrono::day(static_cast<unsigned>(part(8)))};
  const int hour = part(11), minute = part(14), second = part(17);
  const auto offset = offset_of(without_fraction(text.substr(shape.size())));
  if (!offset || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return within_clock(std::chrono::sys_days(date) + std::chrono::hours(hour) +
                      std::chrono::minutes(minute) + std::chrono::seconds(second) - *offset);
}

std::string rfc3339(Clock::time_point time) {
  return split(time).first + "Z";
}

std::string rfc3339_micro(Clock::time_point time) {
  const auto [text, micros] = split(time);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%06d", micros);
  return text + fraction.data() + "Z";
}

std::optional<std::int64_t> seconds_between(const std::string& from, const std::string& to) {
  const auto begin = parse_rfc3339(from);
  const auto end = parse_rfc3339(to);
  if (!begin || !end) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(*end - *begin).count();
}

}  // namespace base
