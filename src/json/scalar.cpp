#include "json/scalar.h"

#include "json/reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace json {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <std::size_t N>
bool among(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 11> truths{"y",  "Y",  "yes",  "Yes",  "YES", "on",
                                                  "On", "ON", "true", "True", "TRUE"};
constexpr std::array<std::string_view, 11> falsehoods{"n",   "N",   "no",    "No",    "NO",   "off",
                                                      "Off", "OFF", "false", "False", "FALSE"};
constexpr std::array<std::string_view, 4> nulls{"~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 12> not_finite{".nan",  ".NaN",  ".NAN",  ".inf",
                                                      ".Inf",  ".INF",  "+.inf", "+.Inf",
                                                      "+.INF", "-.inf", "-.Inf", "-.INF"};

/// Base of a number without sign by its prefix, which is taken off.
int take_base(std::string_view& digits) {
  if (digits.size() < 2 || digits.front() != '0') return 10;
  const char mark = digits[1];
  const int base = mark == 'x' || mark == 'X'   ? 16
                   : mark == 'b' || mark == 'B' ? 2
                   : mark == 'o' || mark == 'O' ? 8
                                                : 0;
  digits.remove_prefix(base == 0 ? 1 : 2);
  return base == 0 ? 8 : base;
}

std::optional<Json> integer(std::string_view text) {
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  const int base = take_base(text);
  std::uint64_t magnitude = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, magnitude, base);
  if (error != std::errc() || stopped != end) return std::nullopt;
  constexpr std::uint64_t lowest = 1ULL << 63U;
  if (negative && magnitude > lowest) return std::nullopt;
  if (negative) return Json(static_cast<std::int64_t>(~magnitude + 1));
  if (magnitude >= lowest) return Json(magnitude);
  return Json(static_cast<std::int64_t>(magnitude));
}

/// digits[.digits][e[sign]digits] or .digits...: what YAML 1.1 takes for a fraction.
bool looks_real(std::string_view text) {
  const auto take_digits = [&text] {
    const auto count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count > 0;
  };
  if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
  const bool whole = take_digits();
  bool fraction = false;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = take_digits();
  }
  if (!whole && !fraction) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return take_digits() && text.empty();
}

std::optional<Json> real(std::string_view text) {
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range && text.find("e-") != std::string_view::npos) {
    return Json(0);
  }
  if (error != std::errc() || stopped != end) return std::nullopt;
  constexpr double int64_bound = 9223372036854775808.0;
  if (std::trunc(value) == value && std::abs(value) < int64_bound) {
    return Json(static_cast<std::int64_t>(value));  // kubectl sends 1.0 as 1
  }
  return Json(value);
}

std::optional<Json> number(std::string_view text) {
  const bool begins = is_digit(text.front()) || text.front() == '-' || text.front() == '+';
  if (!begins && text.front() != '.') return std::nullopt;
  constexpr std::size_t longest = 400;  // longer ones are text that begins with a digit
  if (text.size() > longest) return std::nullopt;
  std::string plain(text);
  if (begins) plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
  const std::string_view unsigned_part =
      plain.front() == '-' || plain.front() == '+' ? std::string_view(plain).substr(1) : plain;
  if (unsigned_part.empty() || unsigned_part.front() == '-' || unsigned_part.front() == '+') {
    return std::nullopt;
  }
  if (auto whole = begins ? integer(plain) : std::nullopt) return whole;
  return looks_real(plain) ? real(plain) : std::nullopt;
}

}  // namespace

std::optional<Json> plain_scalar(std::string_view text) {
  if (text.empty() || among(text, nulls)) return Json();
  if (among(text, truths)) return Json::boolean(true);
  if (among(text, falsehoods)) return Json::boolean(false);
  if (among(text, not_finite)) return std::nullopt;
  if (auto found = number(text)) return found;
  return Json(std::string(text));
}

std::string_view surprise(std::string_view text, const Json& value) {
  if (value.is_boolean()) {
    const char first = text.front();
    if (first == 't' || first == 'T' || first == 'f' || first == 'F') return {};
    return value.as_bool() ? "is read as the boolean true; put it in quotes if the word is meant"
                           : "is read as the boolean false; put it in quotes if the word is meant";
  }
  if (!value.is_number() || shortest_text(value) == text) return {};
  const auto digits = text.substr(text.front() == '-' || text.front() == '+' ? 1 : 0);
  const bool octal = digits.size() > 1 && digits.front() == '0' && value.is_integer() &&
                     digits.find_first_not_of("01234567_") == std::string_view::npos;
  return octal ? "is read as an octal number; put it in quotes if the text is meant"
               : "is read as a number that is written in another way; put it in quotes if the text "
                 "is meant";
}

std::optional<std::string> key_text(const Json& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_number()) return shortest_text(value);
  return value.is_string() ? value.as_string() : value.serialize();
}

}  // namespace json
