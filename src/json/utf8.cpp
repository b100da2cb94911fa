#include "json/utf8.h"

#include <charconv>

namespace json {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

/// Length of the sequence that begins at `at`; 0 when it is not well-formed.
std::size_t sequence(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80U) return 1;
  const std::size_t length = lead >= 0xC2U && lead < 0xE0U   ? 2
                             : lead >= 0xE0U && lead < 0xF0U ? 3
                             : lead >= 0xF0U && lead < 0xF5U ? 4
                                                             : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xC0U) != 0x80U) return 0;
  }
  const unsigned second = byte_at(text, at + 1);
  const bool overlong = (lead == 0xE0U && second < 0xA0U) || (lead == 0xF0U && second < 0x90U);
  const bool surrogate = lead == 0xEDU && second >= 0xA0U;
  const bool beyond = lead == 0xF4U && second >= 0x90U;
  return overlong || surrogate || beyond ? 0 : length;
}

/// The value of an escape \uXXXX at `at`; 0 when there is none.
unsigned escape_at(std::string_view text, std::size_t at) {
  if (at >= text.size() || text.substr(at, 2) != "\\u") return 0;
  const auto digits = text.substr(at + 2, 4);
  unsigned value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return digits.size() == 4 && end.ptr == digits.data() + 4 ? value : 0;
}

/// The UTF-8 of the character whose two escapes begin at `at`; empty when there are no such two.
std::string surrogates_at(std::string_view text, std::size_t at) {
  constexpr std::size_t length = 6;
  const auto high = escape_at(text, at);
  if (high < 0xD800U || high > 0xDBFFU) return "";
  const auto low = escape_at(text, at + length);
  if (low < 0xDC00U || low > 0xDFFFU) return "";
  const unsigned code = 0x10000U + ((high - 0xD800U) << 10U) + (low - 0xDC00U);
  const auto part = [code](unsigned mark, unsigned shift, unsigned mask) {
    return static_cast<char>(mark | ((code >> shift) & mask));
  };
  return {part(0xF0U, 18, 0x07U), part(0x80U, 12, 0x3FU), part(0x80U, 6, 0x3FU),
          part(0x80U, 0, 0x3FU)};
}

}  // namespace

std::string join_surrogates(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool quoted = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (!quoted || c != '\\') {
      quoted = quoted != (c == '"');
      out += c;
    } else if (const auto character = surrogates_at(json, at); !character.empty()) {
      out += character;
      at += 11;  // two escapes of six
    } else {
      out += json.substr(at, 2);
      ++at;
    }
  }
  return out;
}

std::string with_valid_utf8(std::string_view text) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
  std::string out;
  while (const auto bad = first_invalid_utf8(text)) {
    out.append(text.substr(0, *bad)).append(replacement);
    text.remove_prefix(*bad + 1);
  }
  return out.append(text);
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto length = sequence(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

}  // namespace json
