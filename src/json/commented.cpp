#include "json/commented.h"

#include "json/yaml.h"

#include <algorithm>
#include <map>
#include <vector>

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

/// What is written around one line.
struct Around {
  std::vector<std::string_view> remarks;
  std::vector<const Note*> notes;
};

/// Lines of comment, indented and otherwise as they are.
std::string as_written(std::string_view text, std::size_t indentation) {
  std::string out;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    out += std::string(indentation, ' ') + masked(line) + '\n';
  }
  return out;
}

std::string with(const Around& around, std::string_view line) {
  const auto indentation = std::min(line.find_first_not_of(' '), line.size());
  std::string above, beside, below;
  for (const auto* note : around.notes) {
    if (note->side == Note::Side::Above) above += as_written(note->text, indentation);
    if (note->side == Note::Side::Beside) beside += "  " + masked(note->text);
    if (note->side == Note::Side::Below) below += as_written(note->text, indentation);
  }
  for (const auto& remark : around.remarks)
    above += comment(remark, indentation);
  return above + std::string(line) + beside + '\n' + below;
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

std::string commented_yaml(const Json& value, const Problems& remarks,
                           const std::vector<Note>& notes) {
  const auto yaml = yaml_text(value);
  const auto read = parse_yaml(yaml);
  const auto line_at = [&](const std::string& path) {
    return read.documents.empty() ? 1 : line_of(read.documents.front().place, path);
  };
  std::map<int, Around> by_line;
  std::string end;
  for (const auto& note : notes) {
    auto& around = by_line[line_at(note.path)];
    if (note.side == Note::Side::Below && note.path.empty()) {
      end += as_written(note.text, 0);
    } else {
      around.notes.push_back(&note);
    }
  }
  for (const auto& remark : remarks)
    by_line[line_at(remark.path)].remarks.push_back(remark.message);
  std::string out;
  int number = 1;
  for (std::string_view rest = yaml; !rest.empty(); ++number) {
    const auto line = rest.substr(0, rest.find('\n'));
    const auto around = by_line.find(number);
    out += around == by_line.end() ? std::string(line) + '\n' : with(around->second, line);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return out + end;
}

}  // namespace json
