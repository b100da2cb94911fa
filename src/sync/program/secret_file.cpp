#include "sync/program/secret_file.h"

#include "base/files.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace content {

std::string read_secret_text(const std::string& file) {
  std::string text;
  try {
    text = base::read_file(file, 64U << 10U);
  } catch (const std::runtime_error& error) {
    throw Failure("SyncFailed", error.what());
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  if (text.empty())
    throw Failure("SyncFailed", file + ": is empty; the Secret's key must hold text");
  return text;
}

std::string read_secret_line(const std::string& file) {
  auto text = read_secret_text(file);
  const bool has_control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
  if (has_control) {
    throw Failure("SyncFailed",
                  file + ": has more than one line; the Secret's key must hold one line of text");
  }
  return text;
}

std::shared_ptr<const OpenFile> secret_in_memory(const std::string& text) {
  auto file = std::make_shared<const OpenFile>(memfd_create("secret", MFD_CLOEXEC));
  // ssh takes no key that others may read.
  if (file->fd() < 0 || fchmod(file->fd(), 0600) != 0 ||
      write(file->fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::system_error(errno, std::generic_category(), "a file in memory");
  }
  return file;
}

std::string path_of_memory_file(const OpenFile& file) {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file.fd());
}

std::string without_secrets(std::string text, const std::vector<std::string>& secrets) {
  constexpr std::string_view instead = "[secret]";
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + instead.size()))
      text.replace(at, secret.size(), instead);
  }
  return text;
}

}  // namespace content
