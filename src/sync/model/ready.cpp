#include "sync/model/ready.h"

#include "sync/program/environment.h"

#include <fstream>
#include <sys/stat.h>

namespace content {
namespace {

namespace fs = std::filesystem;

/// By the folder's inode: several helpers have theirs at one path. Throws Failure.
Path ready_marker(const Path& target) {
  struct stat status {};
  if (stat(target.c_str(), &status) != 0) volume_trouble(target);
  return temporary_folder() /
         ("ready-" + std::to_string(status.st_dev) + "-" + std::to_string(status.st_ino));
}

}  // namespace

void set_ready(const Path& target) {
  const auto marker = ready_marker(target);
  if (!std::ofstream(marker)) volume_trouble(marker);  // empty: takes no room
}

void unset_ready(const Path& target) {
  fs::remove(ready_marker(target));
}

bool is_ready(const Path& target) {
  if (!fs::exists(target)) return false;
  return fs::exists(ready_marker(target)) && fs::is_directory(target / "..data");
}

}  // namespace content
