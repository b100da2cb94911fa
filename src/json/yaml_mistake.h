#pragma once

#include "json/yaml.h"

#include <optional>
#include <string_view>

namespace json {

inline constexpr const char* colon_in_text =
    "a text that has a ':' with a blank behind it must be in quotes, or have no blank there";

/// What is wrong with a document in block style that begins in line `first` of `text` and that the
/// parser refused in line `last`: the first line that has one of the usual mistakes, as for
/// indentation, blanks, quotes and brackets. Empty when none of them is there. No message repeats a
/// value. Only asked about what could not be read: it knows less of YAML than the parser does.
std::optional<LineProblem> usual_mistake(std::string_view text, int first, int last);

}  // namespace json
