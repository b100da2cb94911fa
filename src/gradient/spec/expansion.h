#pragma once

#include <string>

namespace gradient {

/// `text` for `args`, `command` or the value of a variable, in which Kubernetes expands $(NAME) and
/// takes $$ for one dollar.
std::string escape_dollars(std::string text);

/// The text that was escaped.
std::string unescape_dollars(std::string text);

}  // namespace gradient
