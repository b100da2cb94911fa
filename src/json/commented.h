#pragma once

#include "json/json.h"
#include "json/problem.h"

#include <string>
#include <string_view>
#include <vector>

namespace json {

/// Text as lines of YAML comment, broken at blanks to fit 100 columns; a line that begins with a
/// blank stays as it is. Characters that could end a comment are masked.
std::string comment(std::string_view text, std::size_t indentation = 0);

/// A comment of somebody else at a place of a value that is printed, which stays as it was written.
struct Note {
  enum class Side { Above, Beside, Below };
  std::string path;
  Side side = Side::Above;
  std::string text;  ///< lines that begin with '#'; one line for Beside
};

/// yaml_text() of `value`; each remark is a comment above the line at which its path begins, or
/// the closest part of the path that is there. Notes are beside that line, above it (and above the
/// remarks) or below it, and below everything where the path is empty.
std::string commented_yaml(const Json& value, const Problems& remarks,
                           const std::vector<Note>& notes = {});

}  // namespace json
