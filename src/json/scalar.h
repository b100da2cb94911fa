#pragma once

#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace json {

/// A plain (unquoted) scalar of YAML as kubectl understands it: YAML 1.1, where yes is a boolean,
/// 0123 is octal and '_' between digits is ignored. What is neither null, boolean nor number is a
/// string. Infinities and "not a number" have no JSON: nothing is returned.
std::optional<Json> plain_scalar(std::string_view text);

/// How a plain scalar's value differs from its text, for somebody who may have meant the text;
/// empty when it does not. Says what happened to it without repeating it.
std::string_view surprise(std::string_view text, const Json& value);

/// A mapping's key: JSON has strings only. Empty for null, which cannot be a key.
std::optional<std::string> key_text(const Json& value);

}  // namespace json
