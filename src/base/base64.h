#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace base {

/// Standard alphabet, padded, on one line: as in the `data` of a Secret.
std::string base64_encode(std::string_view data);

/// Empty when `text` is not padded standard base64.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace base
