#pragma once

#include <string>

/// The pointer of a large file (LFS), as ServedRepository::commit() takes a text.
inline std::string pointer(const std::string& sha256, std::size_t bytes) {
  return "version https://git-lfs.github.com/spec/v1\\noid sha256:" + sha256 + "\\nsize " +
         std::to_string(bytes);
}
