#pragma once

#include <algorithm>
#include <string_view>

/// Classes of ASCII characters, whatever the locale.
namespace gradient::values {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}
constexpr bool is_alphanumeric(char c) {
  return is_letter(c) || is_digit(c);
}
constexpr bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}
constexpr bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
/// Of a DNS label.
constexpr bool is_label_character(char c) {
  return is_lower(c) || is_digit(c) || c == '-';
}

/// Whether every character is of the class.
template <class Class>
constexpr bool all(std::string_view text, Class is_of_class) {
  return std::all_of(text.begin(), text.end(), is_of_class);
}

template <class Class>
constexpr bool any(std::string_view text, Class is_of_class) {
  return std::any_of(text.begin(), text.end(), is_of_class);
}

/// Calls `each` for the parts of `text` between `separator`s until it returns false. Returns
/// whether it never did.
template <class Each>
constexpr bool all_parts(std::string_view text, char separator, Each each) {
  for (;;) {
    const auto end = text.find(separator);
    if (!each(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace gradient::values
