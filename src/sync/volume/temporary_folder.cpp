#include "sync/volume/temporary_folder.h"

#include <chrono>
#include <cstdlib>
#include <sys/file.h>
#include <unistd.h>

namespace content {
namespace {

namespace fs = std::filesystem;

/// Not at once: one that was made just now is not locked yet.
constexpr auto abandoned_after = std::chrono::hours(24);

/// A descriptor that holds the folder's lock; -1 when somebody else does.
int lock(const Path& folder) {
  const int fd = open_folder(folder);
  if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  close(fd);
  return -1;
}

bool is_abandoned(const Path& folder) {
  std::error_code error;
  const auto written = fs::last_write_time(folder, error);
  if (error || fs::file_time_type::clock::now() - written < abandoned_after) return false;
  const OpenFile file(lock(folder));
  return file.fd() >= 0;
}

Path make_unique(const Path& parent, const std::string& prefix) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (entry.path().filename().string().starts_with(prefix) && is_true_folder(entry.path()) &&
        is_abandoned(entry.path())) {
      fs::remove_all(entry.path(), error);
    }
  }
  auto pattern = (parent / (prefix + "XXXXXX")).string();
  if (mkdtemp(pattern.data()) == nullptr) volume_trouble(parent);
  return pattern;
}

}  // namespace

TemporaryFolder::TemporaryFolder(const Path& parent, const std::string& prefix)
    : path_(make_unique(parent, prefix)), lock_(lock(path_)) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // what is left is removed on a later day
  fs::remove_all(path_, ignored);
}

}  // namespace content
