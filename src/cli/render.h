#pragma once

#include <string>
#include <vector>

namespace cli {

struct RenderOptions {
  std::vector<std::string> files = {};
  std::string name = {};
  std::string ns = "default";
  std::string config = {};
  bool assume_missing = false;
  std::string output = "yaml";
};

/// Prints to standard output what the given objects become, to be applied without an operator: as
/// it would apply them, but nobody's, and without Secrets. Messages go to standard error, one a
/// line. The exit code. Throws std::runtime_error when a file cannot be read.
int render(const RenderOptions& options);

}  // namespace cli
