#include "json/yaml.h"

#include "json/cut_off.h"
#include "json/reader.h"
#include "json/scalar.h"
#include "json/utf8.h"
#include "json/yaml_builder.h"
#include "json/yaml_mistake.h"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <istream>
#include <stdexcept>
#include <streambuf>

namespace json {
namespace {

int line(const YAML::Mark& mark) {
  return mark.line + 1;
}

/// yaml-cpp 0.7 makes one byte of each of the escapes for U+0085 and U+00A0, "\N" and "\_".
std::string whole_escapes(std::string text) {
  const auto is_half = [&](std::size_t at) { return (text[at] & 0xC0) == 0x80; };
  for (auto bad = first_invalid_utf8(text); bad && is_half(*bad); bad = first_invalid_utf8(text))
    text.insert(*bad, 1, '\xC2');
  return text;
}

/// The text of a view as a stream, without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    auto* begin = const_cast<char*>(text.data());  // a get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

/// Knows which lines begin a document. The parser begins one wherever it can make nothing of what
/// follows, so that half of a broken mapping would pass for a whole one. Lines are asked for in
/// ascending order.
class DocumentStarts {
 public:
  explicit DocumentStarts(std::string_view text) : rest_(text) {}

  /// Whether `line` is marked as a document's first: by "---", by a directive, or by a "..."
  /// before.
  bool at(int line) {
    for (; line_ < line && !rest_.empty(); ++line_) {
      const auto text = rest_.substr(0, rest_.find('\n'));
      if (text.starts_with("...")) {
        after_end_ = true;
      } else if (!text.empty() && text.find_first_not_of(" \t\r") != std::string_view::npos &&
                 text.front() != '#') {
        after_end_ = false;
      }
      rest_.remove_prefix(std::min(text.size() + 1, rest_.size()));
    }
    const bool fresh = line != last_;
    last_ = line;
    return fresh && (after_end_ || rest_.starts_with("---") || rest_.starts_with("%"));
  }

 private:
  std::string_view rest_;
  int line_ = 1, last_ = 0;
  bool after_end_ = true;  // the first document needs no mark
};

/// The parser reads something into the text that its author cannot have meant.
struct Misreading : YamlRefusal {
  using YamlRefusal::YamlRefusal;
};

/// Hands the parser's events to the builder. Throws YamlRefusal on to parse_yaml.
class Events : public YAML::EventHandler {
 public:
  Events(YamlBuilder& builder, std::string_view text)
      : builder_(builder), text_(text), starts_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (!starts_.at(line(mark))) {
      builder_.drop_document();
      throw Misreading(line(mark),
                       "does not belong to what is before it; check quotes and indentation, or "
                       "begin a new document with ---");
    }
    builder_.begin_document();
    first_line_ = line(mark);
  }
  /// Of the last document that was begun.
  int first_line() const { return first_line_; }

  void OnDocumentEnd() override { builder_.end_document(); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (builder_.awaits_value() && is_line_without_colon(last_plain_)) {
      throw Misreading(
          line(last_plain_),
          "has no ':'; write a key and its value, or put a text that goes on in quotes");
    }
    builder_.scalar({line(mark), anchor}, "", YamlStyle::Plain);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.alias(line(mark), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (tag == "!") last_quoted_ = mark;
    last_plain_ = tag == "?" ? mark : YAML::Mark::null_mark();
    builder_.scalar({line(mark), anchor}, whole_escapes(value), style(tag, line(mark)));
  }
  /// Where the last quoted text begins.
  const YAML::Mark& last_quoted() const { return last_quoted_; }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    check_collection(tag, "tag:yaml.org,2002:seq", line(mark));
    builder_.begin_list({line(mark), anchor});
  }
  void OnSequenceEnd() override { builder_.end_collection(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    check_collection(tag, "tag:yaml.org,2002:map", line(mark));
    builder_.begin_mapping({line(mark), anchor});
  }
  void OnMapEnd() override { builder_.end_collection(); }

 private:
  static YamlStyle style(const std::string& tag, int at) {
    if (tag == "?" || tag.empty()) return YamlStyle::Plain;
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return YamlStyle::Text;
    for (const char* resolved : {"int", "float", "bool", "null"}) {
      if (tag == std::string("tag:yaml.org,2002:") + resolved) return YamlStyle::Plain;
    }
    throw YamlRefusal(at,
                      "tags other than !!str, !!int, !!float, !!bool and !!null are not "
                      "supported; remove it");
  }

  static void check_collection(const std::string& tag, const char* expected, int at) {
    if (tag == "?" || tag == "!" || tag.empty() || tag == expected) return;
    throw YamlRefusal(at, "tags of lists and mappings are not supported; remove it");
  }

  /// Whether `mark` begins all there is in its line, and that has no ':': yaml-cpp takes it for a
  /// key without a value, and no other parser does.
  bool is_line_without_colon(const YAML::Mark& mark) const {
    if (mark.is_null()) return false;
    const auto at = std::min(static_cast<std::size_t>(mark.pos), text_.size());
    const auto begin = text_.rfind('\n', at) + 1;  // 0 without one
    const auto before = text_.substr(begin, at - begin);
    const auto line = text_.substr(at, text_.find('\n', at) - at);
    return before.find_first_not_of(" -") == std::string_view::npos &&
           line.find(':') == std::string_view::npos;
  }

  YamlBuilder& builder_;
  std::string_view text_;
  DocumentStarts starts_;
  int first_line_ = 1;
  YAML::Mark last_quoted_ = YAML::Mark::null_mark();
  YAML::Mark last_plain_ = YAML::Mark::null_mark();  ///< null: the last scalar was another one
};

/// The line with more brackets and commas than `most`; 0 when there is none. The parser keeps all
/// of a line before it hands out the first value.
int crowded_line(std::string_view text, std::size_t most) {
  int line = 1;
  std::size_t count = 0;
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      count = 0;
    } else if (std::string_view("[]{},&").find(c) != std::string_view::npos && ++count > most) {
      return line;
    }
  }
  return 0;
}

/// What is wrong with the bytes before anybody parses them; the parser would take some control
/// characters for the end of the text or for another encoding.
std::optional<LineProblem> check_bytes(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.bytes) {
    return LineProblem{1, "has " + std::to_string(text.size()) + " bytes; at most " +
                              std::to_string(limits.bytes) + " are read at once, split it"};
  }
  const auto line_at = [text](std::size_t offset) {
    return 1 + static_cast<int>(
                   std::count(text.begin(), text.begin() + static_cast<long>(offset), '\n'));
  };
  if (const auto bad = first_invalid_utf8(text)) {
    return LineProblem{line_at(*bad), "is not valid UTF-8; save the file as UTF-8"};
  }
  const auto most = 4 * limits.values;  // of all that values need, even as minified JSON
  if (const int crowded = crowded_line(text, most); crowded > 0) {
    return LineProblem{crowded, "has more than " + std::to_string(most) +
                                    " brackets and commas in one line; break the line"};
  }
  const auto* control = std::find_if(text.begin(), text.end(), [](char c) {
    return c >= 0 && c < ' ' && c != '\n' && c != '\r' && c != '\t';
  });
  if (control == text.end()) return std::nullopt;
  return LineProblem{line_at(static_cast<std::size_t>(control - text.begin())),
                     "has a control character; write it as an escape in double quotes"};
}

/// kubectl takes what begins like this for JSON; flow style of YAML differs in escapes only.
bool is_json(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && text[begin] == '{';
}

/// Whether `text` has characters that some parsers take for line breaks or refuse, and that the
/// emitter leaves as they are.
bool has_odd_characters(std::string_view text) {
  constexpr std::array<std::string_view, 4> odd{"\x7f", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
  return std::any_of(odd.begin(), odd.end(), [text](std::string_view character) {
    return text.find(character) != std::string_view::npos;
  });
}

/// Quoted where the text alone would be read as something else.
void write_string(YAML::Emitter& out, const std::string& text) {
  const bool odd = has_odd_characters(text);
  const bool broken = text.find_first_of("\n\r") != std::string::npos;
  const auto plain = plain_scalar(text);
  const bool as_it_is = plain && plain->is_string() && !broken && !odd;
  if (odd) out << YAML::EscapeNonAscii;
  out << (as_it_is ? YAML::Auto : YAML::DoubleQuoted) << text;
}

void write_value(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    out << (value.size() == 0 ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    for (const auto& [name, member] : value.as_object()) {
      out << YAML::Key;
      write_string(out, name);
      out << YAML::Value;
      write_value(out, member);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << (value.size() == 0 ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const auto& element : value.as_array())
      write_value(out, element);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    write_string(out, value.as_string());
  } else {
    out << (value.is_number() ? shortest_text(value) : value.serialize());
  }
}

/// Whether a plain text that follows a ':' has another one with a blank behind it.
bool has_colon_in_value(std::string_view line) {
  constexpr std::string_view colon = ": ";
  for (auto at = line.find(colon); at != std::string_view::npos; at = line.find(colon, at + 1)) {
    const auto value = line.substr(at + colon.size());
    if (value.substr(0, value.find_first_of("{}[],\"'#")).find(colon) != std::string_view::npos)
      return true;
  }
  return false;
}

/// The parser's message, where it says what is wrong; it often tells only what it looked for.
std::string readable(const YAML::Exception& error, std::string_view text) {
  for (int i = 1; i < line(error.mark); ++i)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  if (has_colon_in_value(text.substr(0, text.find('\n'))))
    return std::string("is not YAML: ") + colon_in_text;
  for (const std::string_view vague : {"illegal map value", "end of map not found",
                                       "end of sequence not found", "unknown token"}) {
    if (error.msg == vague)
      return "is not YAML, or does not fit the lines before it; check quotes and indentation";
  }
  return "is not YAML: " + error.msg;
}

/// The first line of the document that `line` is of.
int first_of_document(std::string_view text, int line) {
  int first = 1;
  for (int number = 1; number <= line && !text.empty(); ++number) {
    if (text.starts_with("---")) first = number;
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return first;
}

/// What is wrong with the document that begins in line `first`: `problem`, or what led to it.
LineProblem closest(LineProblem problem, std::string_view text, int first) {
  if (auto cut = cut_off(text, first)) return {cut->line, std::move(cut->message)};
  return problem;
}

/// Likewise, where the text is not what a parser takes.
LineProblem cause(LineProblem problem, std::string_view text, int first) {
  if (auto cut = cut_off(text, first)) return {cut->line, std::move(cut->message)};
  // A stray line begins a document for the parser, and so may the one before it.
  const int begin = first_of_document(text, problem.line - 1);
  if (auto mistake = usual_mistake(text, begin, problem.line)) return *std::move(mistake);
  return problem;
}

}  // namespace

std::string yaml_text(const Json& value) {
  YAML::Emitter out;
  write_value(out, value);
  return std::string(out.c_str()) + '\n';
}

Documents parse_yaml(std::string_view text, const YamlLimits& limits) {
  Documents out;
  if (auto problem = check_bytes(text, limits)) {
    out.problems.push_back(std::move(*problem));
    return out;
  }
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::string joined;
  if (is_json(text)) text = joined = join_surrogates(text);
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  YamlBuilder builder(limits, out);
  Events events(builder, text);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
    const auto& quoted = events.last_quoted();
    if (!quoted.is_null() && is_unclosed(text, static_cast<std::size_t>(quoted.pos))) {
      builder.drop_document();
      out.problems.push_back({line(quoted), "begins a text in quotes that are not closed"});
    }
  } catch (const Misreading& misreading) {
    out.problems.push_back(cause({misreading.line, misreading.what()}, text, events.first_line()));
  } catch (const YamlRefusal& refusal) {
    out.problems.push_back(closest({refusal.line, refusal.what()}, text, events.first_line()));
  } catch (const YAML::Exception& error) {
    if (!builder.in_document()) builder.drop_document();
    out.problems.push_back(
        cause({line(error.mark), readable(error, text)}, text, events.first_line()));
  }
  return out;
}

Json parse_single_yaml(std::string_view text, std::string_view file) {
  auto read = parse_yaml(text);
  const auto fail = [&](int line, const std::string& message) {
    throw std::invalid_argument(std::string(file) + ":" + std::to_string(line) + ": " + message);
  };
  if (!read.problems.empty()) {
    fail(read.problems.front().line, read.problems.front().message);
  }
  if (read.documents.size() > 1) {
    fail(read.documents[1].place.line, "is a second document; only one is read here");
  }
  return read.documents.empty() ? Json() : std::move(read.documents.front().value);
}

}  // namespace json
