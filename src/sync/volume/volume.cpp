#include "sync/volume/volume.h"

#include "base/units.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iomanip>
#include <random>
#include <sstream>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace content {
namespace {

namespace fs = std::filesystem;

}  // namespace

bool is_not_supported(int error) {
  return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL;
}

void volume_trouble(const Path& path) {
  throw with_lack_of_inodes(volume_failure(errno, path.string()), path.parent_path());
}

void require_space(const Path& folder, const std::string& subject, const Need& need) {
  struct statvfs volume {};
  if (statvfs(folder.c_str(), &volume) != 0) volume_trouble(folder);
  const auto free_bytes =
      static_cast<std::int64_t>(volume.f_bavail) * static_cast<std::int64_t>(volume.f_frsize);
  constexpr const char* remedy = "; make it larger or remove files from it";
  // Not every volume tells its size, or how many files it takes.
  if (volume.f_blocks > 0 && need.bytes > free_bytes) {
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

std::set<Path> true_folders_in(const Path& parent, std::error_code& error) {
  std::set<Path> result;
  if (!is_true_folder(parent)) return result;
  for (auto entry = fs::directory_iterator(parent, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (is_true_folder(entry->path())) result.insert(entry->path());
  }
  return result;
}

std::set<Path> true_folders_in(const Path& parent) {
  std::error_code error;
  auto result = true_folders_in(parent, error);
  if (error) throw fs::filesystem_error("cannot read a folder", parent, error);
  return result;
}

std::string read_regular_file(const Path& path, std::size_t limit) {
  const OpenFile file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (file.fd() < 0 || fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  std::string text;
  std::array<char, 16U << 10U> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): large
  while (text.size() <= limit) {
    const auto got = read(file.fd(), piece.data(), piece.size());
    if (got < 0) return {};
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return {};
}

void write_file(const Path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) volume_trouble(path);
}

int open_folder(const Path& path) {
  return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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

bool publish(const Path& folder, const Path& name) {
  // Else the rename could reach the disk before the data does.
  const OpenFile file(open_folder(folder));
  const bool is_synced = file.fd() >= 0 && (syncfs(file.fd()) == 0 || is_not_supported(errno));
  if (!is_synced) volume_trouble(folder);
  if (rename(folder.c_str(), name.c_str()) == 0) {
    const OpenFile parent(open_folder(name.parent_path()));
    if (parent.fd() >= 0) fsync(parent.fd());
    return true;
  }
  if (errno == EEXIST || errno == ENOTEMPTY) return false;
  volume_trouble(name);
}

}  // namespace content
