#include "json/comments.h"

#include <algorithm>
#include <optional>

namespace json {
namespace {

constexpr auto none = std::string_view::npos;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Whether nothing but a blank follows `at`, or nothing at all: '-', '?' and ':' mean something
/// only there.
bool is_apart(std::string_view line, std::size_t at) {
  return at + 1 >= line.size() || is_blank(line[at + 1]);
}

/// Knows what of a text is no comment although it has a '#': quotes, block scalars and words that
/// hold one. Lines are read in order.
class Scan {
 public:
  /// Where the comment of the line begins.
  std::optional<std::size_t> comment_in(std::string_view line) {
    if (is_in_block(line)) return std::nullopt;
    begin_line(line);
    for (auto at = begins_document(line) ? 3 : std::size_t{0}; at < line.size(); ++at) {
      const char c = line[at];
      if (quote_ != 0) {
        if (c == '\\' && quote_ == '"') ++at;
        if (c != quote_) continue;
        quote_ = 0;
        was_quoted_ = true;
      } else if (is_blank(c)) {
        awaits_ = awaits_ || is_property_;
        is_property_ = false;
      } else if (c == '#' && (at == 0 || is_blank(line[at - 1]))) {
        return at;
      } else {
        take(line, at);
      }
    }
    return std::nullopt;
  }

  static bool begins_document(std::string_view line) {
    return line.starts_with("---") && (line.size() == 3 || is_blank(line[3]));
  }

 private:
  void begin_line(std::string_view line) {
    block_ = false;
    if (quote_ != 0) return;
    awaits_ = true;
    is_property_ = was_quoted_ = false;
    if (!begins_document(line)) return;
    depth_ = 0;
    has_structure_ = false;
  }

  /// Lines of a block scalar are indented as its first one, or empty.
  bool is_in_block(std::string_view line) {
    if (!block_) return false;
    const auto indentation = line.find_first_not_of(' ');
    if (indentation == none) return true;
    if (block_column_ == 0) block_column_ = indentation;
    return block_column_ > 0 && indentation >= block_column_ && indentation > parent_column_;
  }

  /// A character outside of quotes and comments that is no blank.
  void take(std::string_view line, std::size_t at) {
    const char c = line[at];
    const bool ends_key =
        c == ':' && (is_apart(line, at) || was_quoted_ ||
                     (depth_ > 0 && std::string_view(",[]{}").find(line[at + 1]) != none));
    if (c == '[' || c == '{' || c == ']' || c == '}' || (c == ',' && depth_ > 0)) {
      take_bracket(c);
    } else if (c == '\'' && was_quoted_ && line[at - 1] == c) {
      quote_ = c;  // '' is one of the text
    } else if (!awaits_) {
      awaits_ = ends_key;
      was_quoted_ = false;
    } else if (c == '"' || c == '\'') {
      begin_node(at);
      quote_ = c;
    } else if ((c == '-' || c == '?') && is_apart(line, at)) {
      structure_ = at;
      has_structure_ = true;
    } else if (c == '&' || c == '!') {
      is_property_ = true;
      awaits_ = false;
    } else if ((c == '|' || c == '>') && depth_ == 0) {
      begin_block(line.substr(at + 1));
    } else {
      begin_node(at);
      awaits_ = ends_key;
    }
  }

  /// A plain text may have them, outside of flow style, but does not begin with one.
  void take_bracket(char c) {
    if (depth_ == 0 && !awaits_) return;
    if (c == '[' || c == '{') ++depth_;
    if ((c == ']' || c == '}') && depth_ > 0) --depth_;
    awaits_ = c != ']' && c != '}';
    was_quoted_ = !awaits_;
  }

  void begin_node(std::size_t at) {
    awaits_ = false;
    structure_ = at;
    has_structure_ = true;
  }

  /// What follows '|' or '>': how the end is treated, and the indentation where it is written.
  void begin_block(std::string_view header) {
    block_ = true;
    parent_column_ = has_structure_ ? structure_ : 0;
    const auto digit = header.substr(0, 2).find_first_of("123456789");
    block_column_ = digit == none ? 0 : structure_ + static_cast<std::size_t>(header[digit] - '0');
    awaits_ = false;
  }

  char quote_ = 0;             ///< 0: outside of quotes
  int depth_ = 0;              ///< of brackets
  bool awaits_ = true;         ///< a node begins with the next character
  bool is_property_ = false;   ///< within an anchor or tag
  bool was_quoted_ = false;    ///< the node ended with its quotes or bracket: ':' needs no blank
  std::size_t structure_ = 0;  ///< where the innermost node begins
  bool has_structure_ = false;
  bool block_ = false;
  std::size_t block_column_ = 0;  ///< of a block scalar's lines; 0: not known yet
  std::size_t parent_column_ = 0;
};

std::string_view without_line_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
    line.remove_suffix(1);
  return line;
}

}  // namespace

std::vector<Comment> comments_of(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<Comment> comments;
  std::size_t waiting = 0;  // the first of those that know no next line
  Scan scan;
  for (int number = 1; !text.empty(); ++number) {
    const auto whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    const auto line = without_line_end(whole);
    const auto begin = line.find_first_not_of(" \t");
    if (Scan::begins_document(line)) waiting = comments.size();
    const auto found = scan.comment_in(line);
    if (begin != none && found != begin) {
      for (; waiting < comments.size(); ++waiting) {
        comments[waiting].next_line = number;
        comments[waiting].next_column = begin;
      }
    }
    if (found)
      comments.push_back({.line = number,
                          .column = *found,
                          .is_alone = *found == begin,
                          .text = std::string(line.substr(*found))});
  }
  return comments;
}

}  // namespace json
