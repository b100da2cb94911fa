#pragma once

#include <string>
#include <vector>

namespace cli {

struct ImportOptions {
  std::vector<std::string> files = {};
  std::string name = {};
  std::string config = {};
  bool keep_going = false;  ///< print what specs without problems become, whatever the others are
};

/// Prints the objects that specs of the Gradient platform become, as YAML with a comment wherever
/// a hand is needed; problems go to standard error as validate() has them, and then nothing is
/// printed, unless it is to keep going. The exit code. Throws std::runtime_error when a file cannot
/// be read.
int import_specs(const ImportOptions& options);

}  // namespace cli
