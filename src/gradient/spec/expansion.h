#pragma once

#include "gradient/spec/spec.h"
#include "json/problem.h"

#include <string>

/// The kubelet's expansion of $(NAME), and how text passes it unchanged (kubernetes.io: Define
/// Dependent Environment Variables).
namespace gradient {

/// `text` for `args`, `command` or the value of a variable, in which Kubernetes expands $(NAME) and
/// takes $$ for one dollar.
std::string escape_dollars(std::string text);

/// The text that was escaped.
std::string unescape_dollars(std::string text);

/// Warnings for `env` and `command`: a $$, of which one $ is left, and a $(NAME) in the value of a
/// variable that comes before NAME, which stays as it is. No text of a value is in them.
json::Problems surprising_expansions(const DeploymentSpec& spec);

}  // namespace gradient
