#pragma once

#include <cstdint>
#include <string>

namespace base {

/// "512 B", "3.1 GiB": for people.
std::string bytes_text(std::int64_t count);

}  // namespace base
