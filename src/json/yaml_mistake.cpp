#include "json/yaml_mistake.h"

#include <algorithm>

namespace json {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr auto npos = std::string_view::npos;

bool is_blank_or_end(std::string_view text, std::size_t at) {
  return at >= text.size() || blanks.find(text[at]) != npos;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// Where the text in quotes that begins `text` ends, behind them; npos: not in this line.
std::size_t end_of_quoted(std::string_view text, std::size_t from, char quote) {
  for (auto at = from; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (text[at] == quote) {
      if (quote != '\'' || at + 1 >= text.size() || text[at + 1] != '\'') return at + 1;
      ++at;  // '' is one of the text
    }
  }
  return npos;
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

/// Without a comment at the end; `text` begins outside of quotes.
std::string_view without_comment(std::string_view text) {
  if (text.empty() || is_quote(text.front())) return text;
  for (auto at = text.find('#'); at != npos; at = text.find('#', at + 1))
    if (at == 0 || blanks.find(text[at - 1]) != npos) return text.substr(0, at);
  return text;
}

/// The ':' behind the key that `body` begins with; npos when it begins with none.
std::size_t end_of_key(std::string_view body) {
  if (body.empty() || body.front() == '{' || body.front() == '[') return npos;
  std::size_t from = 0;
  if (is_quote(body.front())) from = end_of_quoted(body, 1, body.front());
  if (from == npos) return npos;
  for (auto at = body.find(':', from); at != npos; at = body.find(':', at + 1)) {
    if (is_blank_or_end(body, at + 1)) return at;
    if (from > 0) return npos;
  }
  return npos;
}

/// Whether all that there is of a value is an anchor or a tag, so that it follows below.
bool is_awaited(std::string_view value) {
  if (value.empty()) return true;
  const bool marks = value.front() == '&' || value.front() == '!';
  return marks && value.find_first_of(blanks) == npos;
}

bool is_block_text(std::string_view value) {
  return !value.empty() && (value.front() == '|' || value.front() == '>') &&
         value.find_first_not_of("+-123456789", 1) == npos;
}

/// "port:80", but not "http://..."
bool lacks_blank(std::string_view body) {
  const auto colon = body.find(':');
  return colon != npos && colon > 0 && body.find_first_of(" {[\"'") > colon &&
         colon + 1 < body.size() && body[colon + 1] != '/';
}

std::string by(std::size_t indent) {
  return "by " + std::to_string(indent) + (indent == 1 ? " blank" : " blanks");
}

std::string of_line(int line) {
  return "line " + std::to_string(line);
}

/// Follows the lines of a document as far as indentation goes.
class Lines {
 public:
  /// Returns false at the first mistake.
  bool read(std::string_view line, int number) {
    number_ = number;
    const auto indent = line.find_first_not_of(' ');
    const auto body = trimmed(line);
    if (body.empty()) return true;
    if (open_quote_ != 0) return continue_quoted(line);
    if (block_ && is_in_block(indent)) return true;
    if (open_brackets_ > 0) return continue_flow(body, indent);
    was_block_ = block_.has_value();
    block_.reset();
    if (body.front() == '#') return true;
    if (line[indent] == '\t') return fail("begins with a tab, write blanks instead");
    return place(body, indent);
  }

  std::optional<LineProblem> mistake() const { return mistake_; }
  /// The mistake that shows only at the end.
  std::optional<LineProblem> unclosed() const {
    if (open_quote_ != 0)
      return LineProblem{opened_, "begins a text in quotes that are not closed"};
    if (open_brackets_ > 0) return LineProblem{opened_, not_closed()};
    if (!levels_.empty() && levels_.back().kind == Kind::Text && levels_.back().lacks_blank)
      return LineProblem{levels_.back().line, "needs a blank behind the ':'"};
    return std::nullopt;
  }

 private:
  enum class Kind { Mapping, List, Text };
  struct Level {
    std::size_t indent = 0;
    Kind kind = Kind::Text;
    int line = 1;
    bool awaits = false;       ///< has no value yet, so that one may follow below
    bool lacks_blank = false;  ///< behind a ':' or, of a key, a '-'
  };

  bool fail(const std::string& message, int line = 0) {
    mistake_ = LineProblem{line == 0 ? number_ : line, message};
    return false;
  }

  std::string not_closed() const {
    return std::string("has a '") + bracket_ + "' that is not closed";
  }

  /// The first line of a text of | or > says how far all of it is indented.
  bool is_in_block(std::size_t indent) {
    if (indent <= *block_) return false;
    if (!block_text_) block_text_ = indent;
    return indent >= *block_text_;
  }

  bool place(std::string_view body, std::size_t indent) {
    bool is_first = false;  // of an entry that begins in this line
    while (body.front() == '-' && is_blank_or_end(body, 1)) {
      const auto rest = trimmed(without_comment(body.substr(1)));
      if (!settle(indent, Kind::List, is_first, end_of_key(rest) != npos)) return false;
      if (is_passed_over_) return true;
      levels_.back().awaits = rest.empty();
      if (rest.empty()) return true;
      indent += static_cast<std::size_t>(rest.data() - body.data());
      body = rest;
      is_first = true;
    }
    const auto colon = end_of_key(body);
    if (colon == npos) return settle_text(body, indent, is_first);
    if (!settle(indent, Kind::Mapping, is_first, true)) return false;
    auto& level = levels_.back();
    level.lacks_blank = body.front() == '-';
    const auto value = trimmed(without_comment(trimmed(body.substr(colon + 1))));
    level.awaits = is_awaited(value);
    return level.awaits || look_at(value);
  }

  bool look_at(std::string_view value) {
    if (is_block_text(value)) {
      block_ = levels_.empty() ? 0 : levels_.back().indent;
      block_text_.reset();
      if (value.find_first_of("123456789") != npos) block_text_ = 0;
      return true;
    }
    const char first = value.front();
    if (is_quote(first)) {
      const auto end = end_of_quoted(value, 1, first);
      if (end == npos) {
        open_quote_ = first;
        opened_ = number_;
        return true;
      }
      return check_behind_quotes(value.substr(end), number_);
    }
    if (first == '{' || first == '[') {
      bracket_ = first;
      opened_ = number_;
      count_brackets(value);
      return true;
    }
    if (std::string_view("@`%*").find(first) != npos && (first != '*' || value.find('.') != npos))
      return fail(std::string("a text that begins with '") + first + "' must be in quotes");
    if (value.find(": ") != npos || value.back() == ':') return fail(colon_in_text);
    return true;
  }

  bool check_behind_quotes(std::string_view rest, int line) {
    rest = trimmed(rest);
    if (rest.empty() || rest.front() == '#') return true;
    if (line == number_) return fail("has text behind the quotes; put all of it in quotes");
    return fail("begins a text in quotes that go on to " + of_line(number_) +
                    "; close them where the text ends",
                line);
  }

  bool continue_quoted(std::string_view line) {
    const auto end = end_of_quoted(line, 0, open_quote_);
    if (end == npos) return true;
    open_quote_ = 0;
    return check_behind_quotes(line.substr(end), opened_);
  }

  bool continue_flow(std::string_view body, std::size_t indent) {
    const bool is_outside = !levels_.empty() && indent <= levels_.back().indent;
    if (is_outside && body.front() != '#' && end_of_key(body) != npos)
      return fail(not_closed(), opened_);
    count_brackets(body);
    return true;
  }

  void count_brackets(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      const char c = text[at];
      if (is_quote(c)) {
        at = end_of_quoted(text, at + 1, c);
        if (at == npos) return;
        --at;
      } else if (c == '#' && at > 0 && blanks.find(text[at - 1]) != npos) {
        return;
      } else if (c == '{' || c == '[') {
        ++open_brackets_;
      } else if ((c == '}' || c == ']') && open_brackets_ > 0) {
        --open_brackets_;
      }
    }
  }

  /// Finds, or begins, the mapping or list that an entry at `indent` belongs to.
  bool settle(std::size_t indent, Kind kind, bool is_first, bool has_key) {
    is_passed_over_ = false;
    const Level mine{indent, kind, number_};
    if (is_first || levels_.empty()) {
      levels_.push_back(mine);
      return true;
    }
    if (levels_.back().kind == Kind::Text && indent >= levels_.back().indent) {
      is_passed_over_ = !has_key;  // a plain text may go on below, also with a '-'
      return is_passed_over_ || fail_as_text(levels_.back());
    }
    std::optional<Level> deeper;
    while (!levels_.empty() && levels_.back().indent > indent) {
      deeper = levels_.back();
      levels_.pop_back();
    }
    if (levels_.empty()) return fail_outside(*deeper, indent);
    auto& level = levels_.back();
    if (level.indent == indent) return settle_beside(mine, deeper);
    if (deeper) return fail_between(level, *deeper, indent);
    if (!level.awaits) {
      is_passed_over_ = !has_key;  // likewise
      return is_passed_over_ || fail_deeper(level, indent);
    }
    level.awaits = false;
    levels_.push_back(mine);
    return true;
  }

  bool settle_beside(const Level& mine, const std::optional<Level>& deeper) {
    auto& level = levels_.back();
    if (level.kind == mine.kind) {
      level.line = mine.line;
      return true;
    }
    if (mine.kind == Kind::List && level.awaits) {  // a list may be as far out as its key
      level.awaits = false;
      levels_.push_back(mine);
      return true;
    }
    if (mine.kind == Kind::List) {
      return fail("begins with '- ' beside the key of " + of_line(level.line) +
                  "; a mapping has no entries of a list");
    }
    const bool of_key = levels_.size() > 1 && levels_[levels_.size() - 2].indent == mine.indent;
    if (of_key) {
      levels_.pop_back();
      levels_.back().line = mine.line;
      return true;
    }
    return fail("is a key beside the '-' of " + of_line(level.line) + "; indent it " +
                by(deeper ? deeper->indent : mine.indent + 2) +
                " as a key of that entry, or begin it with '- '");
  }

  bool settle_text(std::string_view body, std::size_t indent, bool is_first) {
    const bool is_flow = body.front() == '{' || body.front() == '[' || is_quote(body.front());
    const Level mine{indent, Kind::Text, number_, false, lacks_blank(body)};
    const bool begins =
        is_first || levels_.empty() || (levels_.back().awaits && indent > levels_.back().indent);
    if (begins) {
      if (!levels_.empty()) levels_.back().awaits = false;
      if (is_flow || is_block_text(body)) return look_at(body);
      levels_.push_back(mine);
      return true;
    }
    const auto& level = levels_.back();
    if (indent > level.indent || level.kind == Kind::Text) return true;  // a text that goes on
    return fail_as_text(mine);
  }

  bool fail_as_text(const Level& text) {
    if (text.lacks_blank) return fail("needs a blank behind the ':'", text.line);
    if (was_block_ && text.line == number_) {
      return fail("must be indented by more than the key in " + of_line(levels_.back().line) +
                  " whose text it is");
    }
    return fail(
        "has no ':' with a blank behind it; write a key and its value, or put a text that "
        "goes on in quotes",
        text.line);
  }

  bool fail_outside(const Level& first, std::size_t indent) {
    return fail("is indented " + by(indent) + ", " + of_line(first.line) + " " + by(first.indent) +
                "; indent both alike");
  }

  bool fail_between(const Level& outer, const Level& inner, std::size_t indent) {
    return fail("is indented " + by(indent) + "; indent it " + by(outer.indent) + " as " +
                of_line(outer.line) + " is, or " + by(inner.indent) + " as " + of_line(inner.line));
  }

  bool fail_deeper(const Level& level, std::size_t indent) {
    if (level.lacks_blank) return fail("needs a blank behind the '-'", level.line);
    return fail("is indented " + by(indent) + ", " + of_line(level.line) + " " + by(level.indent) +
                ", which has its value already; indent both alike");
  }

  std::vector<Level> levels_;  ///< from the outside in
  std::optional<LineProblem> mistake_;
  std::optional<std::size_t> block_;       ///< in a text of | or >: what it is indented more than
  std::optional<std::size_t> block_text_;  ///< and by how much it is
  bool was_block_ = false, is_passed_over_ = false;
  char open_quote_ = 0, bracket_ = 0;
  int open_brackets_ = 0, number_ = 1, opened_ = 1;
};

}  // namespace

std::optional<LineProblem> usual_mistake(std::string_view text, int first, int last) {
  Lines lines;
  for (int number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (number < first) continue;
    if (line.starts_with("---")) {
      if (number > first) break;
      line.remove_prefix(3);
    }
    if (line.starts_with("...")) break;
    if (number <= first && !line.empty() && line.front() == '%') continue;
    if (!lines.read(line, number)) return lines.mistake();
  }
  auto unclosed = lines.unclosed();
  return unclosed && unclosed->line <= last ? unclosed : std::nullopt;
}

}  // namespace json
