#include "sync/git/large_file_progress.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

namespace content {
namespace {

/// The text before `end`; `line` becomes what follows.
std::string_view split_off(std::string_view& line, char end) {
  const auto at = std::min(line.find(end), line.size());
  const auto text = line.substr(0, at);
  line.remove_prefix(std::min(at + 1, line.size()));
  return text;
}

}  // namespace

LargeFileProgress::LargeFileProgress() : memory_(memfd_create("progress", MFD_CLOEXEC)) {
  if (memory_.fd() < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
}

std::string LargeFileProgress::file() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(memory_.fd());
}

std::int64_t LargeFileProgress::bytes() {
  std::string text;
  std::array<char, 65536> buffer{};
  for (ssize_t size = 0; (size = pread(memory_.fd(), buffer.data(), buffer.size(),
                                       static_cast<off_t>(text.size()))) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  // A line that is written in between is lost; the next one about its file has all bytes again.
  if (ftruncate(memory_.fd(), 0) != 0) return 0;
  read(text);
  std::int64_t sum = 0;
  for (const auto& [name, bytes] : bytes_)
    sum += bytes;
  return sum;
}

void LargeFileProgress::read(std::string_view lines) {
  while (!lines.empty()) {
    auto line = split_off(lines, '\n');
    if (split_off(line, ' ') != "download") continue;
    split_off(line, ' ');
    const auto of_file = split_off(line, ' ');
    std::int64_t bytes = 0;
    std::from_chars(of_file.data(), of_file.data() + of_file.size(), bytes);
    bytes_.insert_or_assign(std::string(line), bytes);
  }
}

}  // namespace content
