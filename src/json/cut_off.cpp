#include "json/cut_off.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace json {
namespace {

constexpr std::string_view blanks = " \t\r";

/// Follows brackets and quotes, line by line.
class Scan {
 public:
  void read(std::string_view line) {
    ++line_;
    if (line.find_first_not_of(blanks) != std::string_view::npos) last_ = line_;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quote_ != 0) {
        if (c == '\\' && quote_ == '"') ++i;
        if (c == quote_) quote_ = 0;  // '' is the end and the beginning of one
      } else if (c == '#' && (i == 0 || blanks.find(line[i - 1]) != std::string_view::npos)) {
        break;
      } else {
        take(c);
      }
      if (blanks.find(c) == std::string_view::npos) before_ = c;
    }
  }

  void skip() { ++line_; }

  std::optional<CutOff> open() const {
    if (brackets_.empty()) return std::nullopt;
    if (quote_ != 0) {
      return CutOff{last_, "ends too early: the quotes that are opened in line " +
                               std::to_string(quoted_) + " are not closed"};
    }
    const auto& [bracket, line] = brackets_.front();
    return CutOff{last_, std::string("ends too early: the '") + bracket + "' of line " +
                             std::to_string(line) + " is not closed"};
  }

 private:
  void take(char c) {
    constexpr std::string_view before_text = "{[,:'";
    if (c == '{' || c == '[') {
      brackets_.emplace_back(c, line_);
    } else if (c == '}' || c == ']') {
      if (!brackets_.empty()) brackets_.pop_back();
    } else if ((c == '"' || c == '\'') && before_text.find(before_) != std::string_view::npos) {
      quote_ = c;
      quoted_ = line_;
    }
  }

  std::vector<std::pair<char, int>> brackets_;
  char quote_ = 0;      ///< 0: outside of quotes
  char before_ = '\n';  ///< the last character that is no blank
  int line_ = 0, last_ = 0, quoted_ = 0;
};

/// Whether a document that begins with this line is no block style.
bool is_flow(std::string_view line) {
  if (line.starts_with("---")) line.remove_prefix(3);
  const auto first = line.find_first_not_of(blanks);
  return first != std::string_view::npos && (line[first] == '{' || line[first] == '[');
}

}  // namespace

std::optional<CutOff> cut_off(std::string_view text, int first) {
  Scan scan;
  for (int line = 1; !text.empty(); ++line) {
    const auto here = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(here.size() + 1, text.size()));
    if (line < first) {
      scan.skip();
      continue;
    }
    if (line == first && !is_flow(here)) return std::nullopt;
    if (line > first && (here.starts_with("---") || here.starts_with("..."))) break;
    scan.read(here.starts_with("---") ? here.substr(3) : here);
  }
  return scan.open();
}

bool is_unclosed(std::string_view text, std::size_t begin) {
  if (begin >= text.size() || (text[begin] != '"' && text[begin] != '\'')) return false;
  const char quote = text[begin];
  bool is_open = true;
  for (auto at = begin + 1; at < text.size() && (is_open || text[at] == quote); ++at) {
    if (text[at] == quote) {
      is_open = !is_open;  // '' is one of the text
      if (quote == '"') break;
    } else if (text[at] == '\\' && quote == '"') {
      ++at;
    }
  }
  return is_open;
}

}  // namespace json
