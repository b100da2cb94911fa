#include "sync/volume/volume.h"

#include "base/units.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iomanip>
#include <random>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace content {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto abandoned_after = 24h;
constexpr auto between_tries = 250ms;

int open_folder(const Path& path) {
  return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/// Old, and nobody's: the lock of a process goes with it.
bool is_abandoned(const Path& folder, std::chrono::seconds unchanged) {
  std::error_code error;
  const auto written = fs::last_write_time(folder, error);
  return !error && fs::file_time_type::clock::now() - written >= unchanged && is_unlocked(folder);
}

Path make_unique(const Path& parent, const std::string& prefix) {
  auto pattern = (parent / (prefix + "XXXXXX")).string();
  if (mkdtemp(pattern.data()) == nullptr) volume_trouble(parent);
  return pattern;
}

}  // namespace

void volume_trouble(const Path& path) {
  throw with_lack_of_inodes(volume_failure(errno, path.string()), path.parent_path());
}

void require_space(const Path& folder, const std::string& subject, const Need& need) {
  struct statvfs volume {};
  if (statvfs(folder.c_str(), &volume) != 0) volume_trouble(folder);
  const auto free_bytes =
      static_cast<std::int64_t>(volume.f_bavail) * static_cast<std::int64_t>(volume.f_frsize);
  constexpr const char* remedy = "; make it larger or remove files from it";
  if (need.bytes > free_bytes) {
    throw Failure("VolumeFull", subject + " needs " + base::bytes_text(need.bytes) +
                                    ", and the volume has " + base::bytes_text(free_bytes) +
                                    " left" + remedy);
  }
  if (volume.f_files > 0 && need.files > volume.f_favail) {
    throw Failure("VolumeOutOfInodes", subject + " needs " + std::to_string(need.files) +
                                           " files (inodes), and the volume has room for " +
                                           std::to_string(volume.f_favail) + remedy);
  }
}

Failure with_lack_of_inodes(const Failure& failure, const Path& folder) {
  struct statvfs volume {};
  if (failure.reason != "VolumeFull" || statvfs(folder.c_str(), &volume) != 0) return failure;
  const auto is_scarce = [](auto left, auto all) { return all > 0 && left < all / 20; };
  const bool has_space = !is_scarce(volume.f_bavail, volume.f_blocks);
  if (!has_space || !is_scarce(volume.f_favail, volume.f_files)) return failure;
  return {"VolumeOutOfInodes",
          folder.string() +
              ": the volume has space, but no room for more files (inodes); make it larger, "
              "remove files from it, or use one with more inodes"};
}

void sweep(const Path& parent, const std::string& prefix, std::chrono::seconds unchanged) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (entry.path().filename().string().starts_with(prefix) && is_true_folder(entry.path()) &&
        is_abandoned(entry.path(), unchanged)) {
      fs::remove_all(entry.path(), error);
    }
  }
}

bool touch(const Path& path) {
  return utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string unique_name(const std::string& prefix) {
  std::random_device random;
  std::ostringstream name;
  name << prefix << std::hex << std::setfill('0');
  for (int i = 0; i < 2; ++i)
    name << std::setw(8) << random();
  return name.str();
}

bool is_true_folder(const Path& path) {
  return fs::is_directory(fs::symlink_status(path));
}

void write_file(const Path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) volume_trouble(path);
}

OpenFile::~OpenFile() {
  if (fd_ >= 0) close(fd_);
}

Path own_folder(const Path& root, const Path& relative) {
  auto path = root;
  for (const auto& part : relative) {
    path /= part;
    if (mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) volume_trouble(path);
    if (!is_true_folder(path)) {
      throw Failure("NameTaken", path.string() + " must be a folder; move away what has its name");
    }
  }
  return path;
}

WorkFolder::WorkFolder(const Path& parent, const std::string& prefix)
    : path_((sweep(parent, prefix, abandoned_after), make_unique(parent, prefix))), lock_(path_) {}

FolderLock::FolderLock(const Path& folder) : folder_(open_folder(folder)) {
  if (folder_.fd() >= 0) flock(folder_.fd(), LOCK_EX | LOCK_NB);
}

bool is_unlocked(const Path& folder) {
  const OpenFile file(open_folder(folder));
  return file.fd() >= 0 && flock(file.fd(), LOCK_EX | LOCK_NB) == 0;
}

WorkFolder::~WorkFolder() {
  if (keeps_) return;
  std::error_code ignored;  // a sweep() of a later day removes what is left
  fs::remove_all(path_, ignored);
}

Lock::Lock(const Path& file, const std::stop_token& stop, std::chrono::milliseconds patience,
           const std::function<void()>& on_wait)
    : file_(open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666)) {
  if (file_.fd() < 0) volume_trouble(file);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (bool waits = false; flock(file_.fd(), LOCK_EX | LOCK_NB) != 0; waits = true) {
    if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > deadline) return;
    if (!waits && on_wait) on_wait();
    wait(between_tries, stop);
  }
  held_ = true;
}

bool publish(const Path& folder, const Path& name) {
  // Else the rename could reach the disk before the data does.
  const OpenFile file(open_folder(folder));
  if (file.fd() < 0 || syncfs(file.fd()) != 0) volume_trouble(folder);
  if (rename(folder.c_str(), name.c_str()) == 0) {
    const OpenFile parent(open_folder(name.parent_path()));
    if (parent.fd() >= 0) fsync(parent.fd());
    return true;
  }
  if (errno == EEXIST || errno == ENOTEMPTY) return false;
  volume_trouble(name);
}

}  // namespace content
