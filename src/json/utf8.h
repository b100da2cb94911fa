#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace json {

/// Whether a byte of UTF-8 is not the first one of its character.
constexpr bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Offset of the first byte that does not belong to well-formed UTF-8 (overlong forms, surrogates
/// and values above U+10FFFF included).
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// The same text with U+FFFD in place of each such byte.
std::string with_valid_utf8(std::string_view text);

/// JSON writes a character above U+FFFF as two escapes, which YAML does not know: the same text
/// with that character itself. Nothing else is changed; no line gets another number.
std::string join_surrogates(std::string_view json);

}  // namespace json
