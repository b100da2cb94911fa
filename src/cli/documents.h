#pragma once

#include "json/yaml.h"

#include <string>
#include <vector>

namespace cli {

/// Something about one line of a file, for people.
struct Message {
  std::string file;
  int line = 1;      ///< 0: it is about the whole file
  std::string text;  ///< "spec.port: must be ..."

  /// "FILE:LINE", or "FILE" alone; standard input is "stdin".
  std::string where() const;
};

/// One object of the given files: a custom resource of ours, or something else that is passed over.
struct Input {
  std::string file;
  json::Document document;  ///< as written
  json::Json object;        ///< as a whole resource: a bare spec is wrapped, a namespace filled in
  bool bare = false;
  bool is_nameless = false;  ///< bare, and called by the name that stands for any
  bool ours = false;         ///< of our group; anything else is not checked

  std::string kind() const { return json::string_at(object, {"kind"}); }
  /// "FILE:LINE", where the object begins.
  std::string where() const;
  /// "FILE:LINE: spec.port: must be ..."
  std::string at(const json::Problem& problem) const;
  Message message(const json::Problem& problem) const;
};

/// What is wrong with a folder that files_of() finds nothing in.
inline constexpr const char* no_files = "is a folder without .yaml, .yml or .json files";

/// So many problems, or warnings, are shown of one run.
inline constexpr std::size_t most_messages = 200;

struct Inputs {
  std::vector<std::string> files;  ///< in the order in which they were given
  std::vector<Input> objects;
  /// What could not be read at all; of more than most_messages the first.
  std::vector<Message> problems;
};

/// Reads `paths` ("-" is standard input, a folder stands for the .yaml, .yml and .json files in
/// it), with all their documents and the items of Lists. A mapping without `kind` is a bare
/// Gradient spec, or holds some (gradient::specs_in): it becomes the GradientDeployment `name`, or
/// that of its own name, or else `any_name`, or else that of its file. A resource without namespace
/// gets `ns`. Throws std::runtime_error when a file cannot be read.
Inputs read_inputs(const std::vector<std::string>& paths, const std::string& name,
                   const std::string& ns, const std::string& any_name = {});

/// The name for a deployment whose spec in `file` has none; empty of standard input, and where
/// gradient::name_of_file() finds none.
std::string deployment_name(const std::string& file);

/// What a bare spec of `file` is that has to be imported, and how; empty for any other.
std::string import_advice(const std::string& file, const json::Json& spec);

/// `path` itself, or the .yaml, .yml and .json files of the folder `path` in alphabetical order.
std::vector<std::string> files_of(const std::string& path);

/// Standard input or a file; at most 16 MiB.
std::string read_text(const std::string& file);

/// The YAML documents of a text; of one that is none, such as a shell script, what it is.
json::Documents read_documents(std::string_view text);

}  // namespace cli
