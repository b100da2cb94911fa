#pragma once

#include "json/yaml.h"

#include <string>
#include <vector>

namespace cli {

/// One object of the given files: a custom resource of ours, or something else that is passed over.
struct Input {
  std::string file;
  json::Document document;  ///< as written
  json::Json object;        ///< as a whole resource: a bare spec is wrapped, a namespace filled in
  bool bare = false;

  std::string kind() const { return json::string_at(object, {"kind"}); }
  /// "FILE:LINE: spec.port: must be ..."
  std::string at(const json::Problem& problem) const;
};

struct Inputs {
  std::vector<Input> objects;
  std::vector<std::string> problems;  ///< "FILE:LINE: message": what could not be read at all
};

/// Reads `files` ("-" is standard input), with all their documents and the items of Lists. A
/// mapping without `kind` is a bare Gradient spec and becomes the GradientDeployment `name`; a
/// resource without namespace gets `ns`. Throws std::runtime_error when a file cannot be read.
Inputs read_inputs(const std::vector<std::string>& files, const std::string& name,
                   const std::string& ns);

/// Standard input or a file; at most 16 MiB.
std::string read_text(const std::string& file);

}  // namespace cli
