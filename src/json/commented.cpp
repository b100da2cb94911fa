#include "json/commented.h"

#include "json/yaml.h"

#include <algorithm>
#include <map>

namespace json {
namespace {

constexpr std::size_t columns = 100;
constexpr std::string_view mark = "#";

/// Line breaks of some YAML version are above ASCII: there, everything above it is masked.
std::string masked(std::string_view line) {
  std::string text(line);
  const bool breaks = text.find("\xc2\x85") != std::string::npos ||
                      text.find("\xe2\x80\xa8") != std::string::npos ||
                      text.find("\xe2\x80\xa9") != std::string::npos;
  std::replace_if(
      text.begin(), text.end(),
      [breaks](char c) { return (c >= 0 && c < ' ') || c == '\x7f' || (c < 0 && breaks); }, '?');
  return text;
}

/// Takes from the front of `line` what fits into `width`, at least one word.
std::string_view take_fitting(std::string_view& line, std::size_t width) {
  auto end = line.size() <= width ? std::string_view::npos : line.rfind(' ', width);
  if (end == std::string_view::npos && line.size() > width) end = line.find(' ');
  const auto taken = line.substr(0, end);
  line.remove_prefix(std::min(taken.size() + 1, line.size()));
  return taken;
}

}  // namespace

std::string comment(std::string_view text, std::size_t indentation) {
  const std::string begin = std::string(indentation, ' ').append(mark);
  std::string out;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const bool as_it_is = line.empty() || line.front() == ' ';
    const auto width = as_it_is ? line.size() : columns - begin.size() - 1;
    do {
      const auto part = masked(take_fitting(line, width));
      out += begin + (part.empty() ? "" : " ") + part + '\n';
    } while (!line.empty());
  }
  return out;
}

std::string commented_yaml(const Json& value, const Problems& remarks) {
  const auto yaml = yaml_text(value);
  const auto read = parse_yaml(yaml);
  std::multimap<int, std::string_view> by_line;
  for (const auto& remark : remarks) {
    const int line =
        read.documents.empty() ? 1 : line_of(read.documents.front().place, remark.path);
    by_line.emplace(line, remark.message);
  }
  std::string out;
  int number = 1;
  for (std::string_view rest = yaml; !rest.empty(); ++number) {
    const auto line = rest.substr(0, rest.find('\n') + 1);
    const auto [first, last] = by_line.equal_range(number);
    for (auto remark = first; remark != last; ++remark)
      out += comment(remark->second, line.find_first_not_of(' '));
    out += line;
    rest.remove_prefix(line.size());
  }
  return out;
}

}  // namespace json
