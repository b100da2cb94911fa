#include "cli/colour.h"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace cli {
namespace {

enum class When { Auto, Always, Never };

When& chosen() {
  static When when = When::Auto;
  return when;
}

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value == nullptr ? std::string_view() : value;
}

const char* code(Colour colour) {
  switch (colour) {
    case Colour::Red:
      return "\x1b[31m";
    case Colour::Green:
      return "\x1b[32m";
    case Colour::Yellow:
      return "\x1b[33m";
    case Colour::Cyan:
      return "\x1b[36m";
    case Colour::Bold:
      return "\x1b[1m";
    case Colour::None:
      break;
  }
  return "";
}

Colour colour_of_line(std::string_view line, bool is_title) {
  if (is_title) return Colour::Bold;
  if (line.starts_with("@@")) return Colour::Cyan;
  if (line.starts_with("-")) return Colour::Red;
  return line.starts_with("+") ? Colour::Green : Colour::None;
}

}  // namespace

Colour colour_of_condition(std::string_view status) {
  if (status == "True") return Colour::Green;
  if (status == "False") return Colour::Red;
  return status.empty() ? Colour::None : Colour::Yellow;
}

void colours::choose(const std::string& when) {
  chosen() = when == "always" ? When::Always : when == "never" ? When::Never : When::Auto;
}

Paint::Paint(int stream) {
  const bool may = variable("NO_COLOR").empty() && variable("TERM") != "dumb";
  is_on_ = chosen() == When::Always || (chosen() == When::Auto && may && isatty(stream) != 0);
}

std::string Paint::operator()(Colour colour, std::string_view text) const {
  if (!is_on_ || colour == Colour::None || text.empty()) return std::string(text);
  return code(colour) + std::string(text) + "\x1b[0m";
}

std::string painted_diff(std::string_view unified, const Paint& paint) {
  constexpr int lines_of_title = 2;
  std::string text;
  for (int number = 0; !unified.empty(); ++number) {
    const auto line = unified.substr(0, unified.find('\n'));
    unified.remove_prefix(std::min(line.size() + 1, unified.size()));
    text += paint(colour_of_line(line, number < lines_of_title), line) + '\n';
  }
  return text;
}

}  // namespace cli
