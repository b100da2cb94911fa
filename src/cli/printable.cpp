#include "cli/printable.h"

#include "gradient/spec/characters.h"

namespace cli {
namespace {

/// How long a colour at the beginning of `text` is; 0: there is none.
std::size_t colour(std::string_view text) {
  constexpr std::string_view begin = "\x1b[";
  if (!text.starts_with(begin)) return 0;
  const auto end = text.find_first_not_of("0123456789;", begin.size());
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

/// Of U+0080 to U+009F, which some terminals take for ESC and a letter, the two bytes of UTF-8.
bool is_c1(std::string_view text) {
  return text.size() > 1 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0;
}

}  // namespace

std::string printable(std::string_view line) {
  std::string result;
  while (!line.empty()) {
    if (const auto length = colour(line); length > 0) {
      result += line.substr(0, length);
      line.remove_prefix(length);
      continue;
    }
    const auto c = line.front();
    if (is_c1(line)) {
      line.remove_prefix(1);
    } else if (c == '\t' || !gradient::values::is_control(c)) {
      result += c;
    }
    line.remove_prefix(1);
  }
  return result;
}

}  // namespace cli
