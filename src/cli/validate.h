#pragma once

#include <string>
#include <vector>

namespace cli {

struct ValidateOptions {
  std::vector<std::string> files = {};
  std::string name = {};
  std::string config = {};
};

/// Prints to standard output what is valid, and to standard error every problem and warning, one a
/// line, FILE:LINE: field: message. The exit code. Throws std::runtime_error when a file cannot be
/// read.
int validate(const ValidateOptions& options);

}  // namespace cli
