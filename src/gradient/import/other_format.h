#pragma once

#include "json/json.h"
#include "json/yaml.h"

#include <optional>
#include <string>
#include <string_view>

namespace gradient {

/// Whether a message may repeat a word of a document: of letters, digits and what is `besides`.
bool is_word(std::string_view text, std::string_view besides);

/// What a document is when it is no Gradient spec, and what to do with it: "is a compose file; ..."
/// Empty for what may be a Gradient spec, however wrong its fields are.
std::string other_format(const json::Json& document);

/// That a text is a shell script, where a spec may be the here-document of a command, and what to
/// do with it. Empty for any other. Only asked about what is no YAML.
std::optional<json::LineProblem> shell_script(std::string_view text);

/// Whether a spec has fields that only the Gradient platform knows, so that it has to be imported.
/// Its name, version and $schema are none of them: see bare_spec().
bool is_of_platform(const json::Json& spec);

}  // namespace gradient
