#pragma once

#include "json/json.h"
#include "json/problem.h"

#include <string>
#include <string_view>

namespace json {

/// Text as lines of YAML comment, broken at blanks to fit 100 columns; a line that begins with a
/// blank stays as it is. Characters that could end a comment are masked.
std::string comment(std::string_view text, std::size_t indentation = 0);

/// yaml_text() of `value`; each remark is a comment above the line at which its path begins, or
/// the closest part of the path that is there.
std::string commented_yaml(const Json& value, const Problems& remarks);

}  // namespace json
