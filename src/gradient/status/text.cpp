#include "gradient/status/text.h"

#include "base/ascii.h"
#include "json/utf8.h"

#include <algorithm>
#include <array>

namespace gradient::diagnosis {
namespace {

bool is_blank_or_control(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (!is_blank_or_control(c)) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ')
    line.pop_back();
  return line;
}

void drop_grpc(std::string& text) {
  constexpr std::string_view begin = "rpc error: code = ";
  constexpr std::string_view end = " desc = ";
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    const auto stop = text.find(end, at);
    if (stop == std::string::npos) return;
    text.erase(at, stop + end.size() - at);
  }
}

void drop_queries(std::string& text) {
  for (auto url = text.find("://"); url != std::string::npos; url = text.find("://", url + 1)) {
    const auto stop = std::min(text.find_first_of(" \"'", url), text.size());
    const auto query = text.find('?', url);
    if (query < stop) text.erase(query, stop - query);
  }
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t most) {
  auto line = one_line(text);
  drop_grpc(line);
  drop_queries(line);
  if (line.size() <= most) return line;
  auto end = most - 3;
  while (end > 0 && json::continues_character(line[end]))
    --end;
  return line.substr(0, end) + "...";
}

bool has(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return base::to_lower(a) == b; }) != text.end();
}

std::string in_quotes(std::string_view text) {
  const auto first = text.find('"');
  if (first == std::string_view::npos) return {};
  const auto second = text.find('"', first + 1);
  if (second == std::string_view::npos) return {};
  return std::string(text.substr(first + 1, second - first - 1));
}

std::string counted(std::int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace gradient::diagnosis
