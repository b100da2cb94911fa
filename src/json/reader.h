#pragma once

#include "json/json.h"

#include <string>
#include <vector>

namespace json {

/// What is wrong with one place of a document, and what would be right.
struct Problem {
  std::string path;     ///< "spec.env[2].value"; empty for the document as a whole
  std::string message;  ///< "must be ...": never contains a value that could be secret
  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

}  // namespace json
