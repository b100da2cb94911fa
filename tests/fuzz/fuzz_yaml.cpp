#include "fuzz/target.h"
#include "json/utf8.h"
#include "json/yaml.h"

#include <algorithm>
#include <string_view>

namespace {

/// YAML finds the ':' of a key in this distance only, JSON has no such bound.
constexpr std::size_t longest_key = 1000;

bool has_long_key(const json::Json& value) {
  bool found = false;
  if (value.is_object()) {
    for (const auto& [name, member] : value.as_object())
      found = found || json::text(json::Json(name)).size() > longest_key || has_long_key(member);
  } else if (value.is_array()) {
    for (const auto& element : value.as_array())
      found = found || has_long_key(element);
  }
  return found;
}

/// Values in `value`; ends the process when it nests deeper than is allowed.
std::size_t count(const json::Json& value, std::size_t depth) {
  fuzz::require(depth <= json::YamlLimits().depth, "documents do not nest deeper than the limit");
  std::size_t values = 1;
  if (value.is_object()) {
    for (const auto& [name, member] : value.as_object())
      values += count(member, depth + 1);
  } else if (value.is_array()) {
    for (const auto& element : value.as_array())
      values += count(element, depth + 1);
  }
  return values;
}

void check(const json::Document& document, int lines) {
  fuzz::require(!document.value.is_null(), "empty documents are left out");
  fuzz::require(count(document.value, 0) <= json::YamlLimits().values, "values are bounded");
  for (const auto& warning : document.warnings) {
    const auto line = json::line_of(document.place, warning.path);
    fuzz::require(line >= 1 && line <= lines, "a warning's line is in the text");
  }
  const auto text = json::text(document.value);
  fuzz::require(!json::first_invalid_utf8(text), "strings are valid UTF-8");
  if (has_long_key(document.value)) return;
  const auto again = json::parse_yaml(text);
  fuzz::require(again.problems.empty() && again.documents.size() == 1,
                "a document written as JSON is read again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  const auto read = json::parse_yaml(text);
  for (const auto& document : read.documents)
    check(document, lines);
  fuzz::require(read.problems.size() <= json::Report::most + 1, "problems are bounded");
  for (const auto& problem : read.problems) {
    fuzz::require(problem.line >= 1 && problem.line <= lines + 1,
                  "a problem's line is in the text");
    fuzz::require(!problem.message.empty(), "a problem has a message");
  }
  return 0;
}
