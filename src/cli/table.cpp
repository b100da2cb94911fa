#include "cli/table.h"

#include "json/utf8.h"

#include <algorithm>

namespace cli {
namespace {

constexpr std::size_t gap = 3;

std::vector<std::size_t> widths_of(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].text.size());
  }
  return widths;
}

std::string cut(const std::string& text, std::size_t width) {
  constexpr std::string_view dots = "...";
  if (text.size() <= width) return text;
  if (width <= dots.size()) return {};
  auto end = width - dots.size();
  while (end > 0 && json::continues_character(text[end]))
    --end;
  return text.substr(0, end).append(dots);
}

}  // namespace

std::string table(const std::vector<Row>& rows, const Paint& paint, std::size_t width) {
  const auto widths = widths_of(rows);
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    std::size_t used = 0, blanks = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_last = i + 1 == widths.size();
      const auto begin = used + blanks;
      const auto shown =
          is_last && width > 0 ? cut(row[i].text, width - std::min(width, begin)) : row[i].text;
      if (!shown.empty()) {
        line += std::string(blanks, ' ') + paint(row[i].colour, shown);
        used = begin + shown.size();
        blanks = 0;
      }
      blanks += widths[i] - shown.size() + gap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace cli
