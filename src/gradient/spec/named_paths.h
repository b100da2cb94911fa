#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gradient {

/// The paths strictly below normalised `folder` that a shell's command, a list such as PATH or a
/// plain value names, normalised, in their order. What the text alone does not decide is left out:
/// of a path with a variable or a pattern the part before it is named, of one with `..` nothing.
std::vector<std::string> named_paths(std::string_view text, const std::string& folder);

}  // namespace gradient
