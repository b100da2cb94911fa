#include "base/files.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace base {
namespace {

constexpr std::size_t smallest_step = 4U << 10U;

}  // namespace

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error(path.string() + ": " + std::generic_category().message(errno));
  }
  std::string content;
  while (file && content.size() <= limit) {  // a limit is often far from what there is
    const auto there = content.size();
    content.resize(std::min(limit + 1, there + std::max(there, smallest_step)));
    file.read(content.data() + there, static_cast<std::streamsize>(content.size() - there));
    content.resize(there + static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) throw std::runtime_error(path.string() + ": cannot be read");
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
