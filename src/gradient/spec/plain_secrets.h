#pragma once

#include <string_view>

/// Secrets in plain text, where a reference to a Secret belongs. Heuristics.
namespace gradient::values {

/// Whether the query of `url` holds a token, password or signature.
bool has_token(std::string_view url);
/// Whether anywhere in `text` a URL has a password other than $(VARIABLE).
bool shows_password(std::string_view text);
/// What is said of such a text where Kubernetes can put a Secret's value.
inline constexpr const char* password_refused =
    "has a URL with a password in plain text; put the value into a Secret and refer to it there, "
    "or "
    "write $(VARIABLE) for the password";
/// Whether a value in plain text may be a secret: by its `name` (of a variable or header) or its
/// looks. A guess, for advice.
bool looks_secret(std::string_view name, std::string_view value);

}  // namespace gradient::values
