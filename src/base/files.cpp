#include "base/files.h"

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace base {

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error(path.string() + ": " + std::generic_category().message(errno));
  }
  std::string content(limit + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad()) throw std::runtime_error(path.string() + ": cannot be read");
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > limit) {
    throw std::runtime_error(path.string() + ": is longer than " + std::to_string(limit) +
                             " bytes");
  }
  content.shrink_to_fit();
  return content;
}

std::string read_if_there(const std::filesystem::path& path, std::size_t limit) {
  try {
    return read_file(path, limit);
  } catch (const std::runtime_error&) {
    return {};
  }
}

}  // namespace base
