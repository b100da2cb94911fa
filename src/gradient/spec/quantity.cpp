#include "gradient/spec/quantity.h"

#include "base/ascii.h"
#include "gradient/spec/characters.h"

#include <array>

/// Kubernetes quantities: digits, an optional fraction, and a unit or an exponent. The API
/// server rewrites them, so what is sent must be in its form or it differs from what is live.
namespace gradient::values {
namespace {

__extension__ typedef unsigned __int128 Nano;  // billionths of one: as exact as a quantity can be

constexpr Nano one = 1000000000U;
constexpr Nano largest = one << 63U;

struct Unit {
  std::string_view name;
  unsigned factor;  // 1000 or 1024
  int power;
};

constexpr std::array<Unit, 15> units{{{"Ki", 1024, 1},
                                      {"Mi", 1024, 2},
                                      {"Gi", 1024, 3},
                                      {"Ti", 1024, 4},
                                      {"Pi", 1024, 5},
                                      {"Ei", 1024, 6},
                                      {"n", 1000, -3},
                                      {"u", 1000, -2},
                                      {"m", 1000, -1},
                                      {"", 1000, 0},
                                      {"k", 1000, 1},
                                      {"M", 1000, 2},
                                      {"G", 1000, 3},
                                      {"T", 1000, 4},
                                      {"P", 1000, 5}}};
constexpr Unit exa{"E", 1000, 6};

struct Number {
  Nano mantissa = 0;  // the digits without their point
  int fraction = 0;   // how many of them were behind it
  std::string_view unit;
  bool exponent = false;  // written like 5e9, and shown like that again
};

/// Takes "e9" or "E-3" off a number's unit. Returns false when the exponent is out of bounds.
bool read_exponent(Number& number) {
  auto text = number.unit;
  if (text.size() < 2 || base::to_lower(text.front()) != 'e' || text[1] == 'i') return true;
  text.remove_prefix(1);
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  if (text.empty() || text.size() > 2 || !all(text, is_digit)) return false;
  int power = 0;
  for (const char c : text)
    power = power * 10 + (c - '0');
  number.fraction += negative ? power : -power;
  number.unit = {};
  number.exponent = true;
  return true;
}

std::optional<Number> split(std::string_view text) {
  constexpr std::size_t most_digits = 16;
  Number number;
  std::size_t digits = 0;
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !point)); ++i) {
    if (text[i] == '.') {
      point = true;
      continue;
    }
    if (++digits > most_digits) return std::nullopt;
    number.mantissa = number.mantissa * 10 + static_cast<unsigned>(text[i] - '0');
    number.fraction += point ? 1 : 0;
  }
  if (digits == 0) return std::nullopt;
  number.unit = text.substr(i);
  return read_exponent(number) ? std::optional(number) : std::nullopt;
}

std::optional<Unit> unit_of(std::string_view name) {
  for (const auto& unit : units) {
    if (unit.name == name) return unit;
  }
  return name == exa.name ? std::optional(exa) : std::nullopt;
}

/// mantissa * 10^-fraction * unit in billionths, rounded up as Kubernetes does; empty when too
/// large.
std::optional<Nano> value_of(const Number& number, Unit unit) {
  Nano value = number.mantissa;
  int scale = 9 - number.fraction;  // powers of ten still to apply
  if (unit.factor == 1000) scale += 3 * unit.power;
  for (int i = 0; unit.factor == 1024 && i < unit.power; ++i) {
    value *= unit.factor;
    if (value > largest * one) return std::nullopt;
  }
  for (; scale > 0; --scale) {
    value *= 10;
    if (value > largest) return std::nullopt;
  }
  for (; scale < 0; ++scale)
    value = (value + 9) / 10;
  return value <= largest ? std::optional(value) : std::nullopt;
}

std::string digits_of(Nano value) {
  return std::to_string(static_cast<unsigned long long>(value));
}

std::string decimal(Nano value, bool exponent) {
  int power = -3;
  for (; value != 0 && power < 6 && value % 1000 == 0; ++power)
    value /= 1000;
  if (value == 0) return "0";
  if (exponent) return digits_of(value) + (power == 0 ? "" : "e" + std::to_string(3 * power));
  for (const auto& unit : units) {
    if (unit.factor == 1000 && unit.power == power)
      return digits_of(value) + std::string(unit.name);
  }
  return digits_of(value) + "E";
}

std::string binary(Nano value) {
  if (value < 1024 * one) return decimal(value, false);
  value = (value + one - 1) / one;
  int power = 0;
  for (; power < 6 && value % 1024 == 0; ++power)
    value /= 1024;
  if (power == 0) return digits_of(value);
  return digits_of(value) + std::string(units[static_cast<std::size_t>(power) - 1].name);
}

/// A quantity that was read: its value, and how it was written.
struct Quantity {
  Nano value = 0;
  bool is_binary = false;
  bool has_exponent = false;
};

std::optional<Quantity> quantity(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto number = split(text);
  if (!number) return std::nullopt;
  const auto unit = unit_of(number->unit);
  if (!unit) return std::nullopt;
  const auto value = value_of(*number, *unit);
  if (!value) return std::nullopt;
  return Quantity{*value, unit->factor == 1024, number->exponent};
}

}  // namespace

std::optional<std::string> canonical_quantity(std::string_view text) {
  const auto read = quantity(text);
  if (!read) return std::nullopt;
  return read->is_binary ? binary(read->value) : decimal(read->value, read->has_exponent);
}

std::optional<std::int64_t> quantity_millis(std::string_view text) {
  constexpr Nano milli = one / 1000;
  const auto read = quantity(text);
  if (!read) return std::nullopt;
  const auto millis = (read->value + milli - 1) / milli;
  return millis < (Nano(1) << 63U) ? std::optional(static_cast<std::int64_t>(millis))
                                   : std::nullopt;
}

std::string byte_problem(std::string_view resource, std::string_view amount) {
  const bool is_of_bytes = resource == "memory" || resource == "ephemeral-storage" ||
                           resource == "storage" || resource.starts_with("hugepages-");
  const auto read = is_of_bytes ? quantity(amount) : std::nullopt;
  if (!read || read->value % one == 0 || (read->is_binary && read->value > 1024 * one)) return {};
  const auto digits = amount.substr(0, amount.find_first_not_of("+0123456789."));
  return "would have a fraction of a byte; write the unit that is meant, such as " +
         std::string(digits) + (amount.ends_with('m') ? "Mi" : "Gi");
}

bool is_zero_quantity(std::string_view quantity) {
  return quantity == "0";
}

}  // namespace gradient::values
