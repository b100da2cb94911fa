#pragma once

#include <string>

/// The kubelet's expansion of $(NAME), and how text passes it unchanged (kubernetes.io: Define
/// Dependent Environment Variables).
namespace gradient {

/// `text` for `args`, `command` or the value of a variable, in which Kubernetes expands $(NAME) and
/// takes $$ for one dollar.
std::string escape_dollars(std::string text);

/// The text that was escaped.
std::string unescape_dollars(std::string text);

}  // namespace gradient
