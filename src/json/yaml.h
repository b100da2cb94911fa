#pragma once

#include "json/json.h"
#include "json/place.h"
#include "json/problem.h"

#include <string>
#include <string_view>
#include <vector>

namespace json {

struct Document {
  Json value;
  Place place;
  /// Plain scalars whose value is not what their text says (YAML 1.1: yes, 0123, 1e3).
  Problems warnings;
};

struct LineProblem {
  int line = 1;
  std::string message;
  bool operator==(const LineProblem&) const = default;
};

/// What a YAML text holds. Documents that are empty are left out; those with problems too.
struct Documents {
  std::vector<Document> documents;
  std::vector<LineProblem> problems;  ///< in order; a syntax error is the last one
};

/// Bounds of one text, so that a hostile one ends in a problem, quickly and with little memory.
struct YamlLimits {
  std::size_t bytes = 3U << 20U;
  std::size_t depth = 100;
  std::size_t values = 100000;              ///< aliases and merges written out
  std::size_t expanded_bytes = 12U << 20U;  ///< likewise
};

/// Reads YAML (and so JSON) as kubectl does: YAML 1.1 scalars, anchors, aliases, merge keys where
/// the mapping's own keys win. Refuses duplicate keys, tags, invalid UTF-8. Never throws for what
/// is in the text, and no message repeats a value.
Documents parse_yaml(std::string_view text, const YamlLimits& limits = {});

/// The only document of `text`; null when it holds none. Throws std::invalid_argument with
/// "FILE:LINE: message" for the first problem or a second document.
Json parse_single_yaml(std::string_view text, std::string_view file);

/// The member `name` of a mapping, or element `index` of a list, as a document of its own with what
/// is known about its text. Throws std::out_of_range when there is none.
Document member(const Document& whole, const std::string& name);
Document element(const Document& whole, std::size_t index);

/// One YAML document in block style, newline at the end; parse_yaml() of it is `value`. Keys are
/// sorted, but in objects that were made to keep their order.
std::string yaml_text(const Json& value);

}  // namespace json
