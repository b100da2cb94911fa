#pragma once

#include "json/json.h"
#include "json/problem.h"

#include <string>
#include <string_view>

namespace gradient {

namespace values {

/// Whether `text` has a placeholder, such as documentation and templates have for the reader to
/// fill in: <model id>, < model id >, YOUR_API_KEY, your-team, change-me. A guess, for advice.
bool has_placeholder(std::string_view text);

/// The URL that import writes for the files of model `id`, which only Gradient's own registry had:
/// one that nobody can ever have (RFC 6761, section 6.4).
std::string unknown_url(std::string_view id);
bool is_unknown_url(std::string_view url);
inline constexpr const char* unknown_url_refused =
    "is still the placeholder that import wrote; copy the files to a place of yours and write its "
    "URL";

}  // namespace values

/// The texts in `value`, which is at `path` of an object, that have a placeholder, and what to do.
/// No message repeats one, as it may be the place of a secret.
json::Problems placeholders(const json::Json& value, const std::string& path);

}  // namespace gradient
