#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace base {

/// The whole of a file. Throws std::runtime_error naming the path when it cannot be read or is
/// longer than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::size_t limit = 16U << 20U);

/// The same, but empty where that throws.
std::string read_if_there(const std::filesystem::path& path, std::size_t limit);

}  // namespace base
