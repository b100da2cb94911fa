#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace base {

/// SHA-256 of `data` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view data);

/// The same of a file's content, however long. Throws std::runtime_error naming the path.
std::string sha256_of_file(const std::filesystem::path& path);

/// Its MD5, as 32 digits: to compare with what stores tell, not for security.
std::string md5_of_file(const std::filesystem::path& path);

/// The first `digits` of sha256_hex: for names and annotations, not for security.
std::string short_hash(std::string_view data, std::size_t digits = 16);

}  // namespace base
