#pragma once

#include "sync/report/failure.h"
#include "sync/stop.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <system_error>

/// Atomic publishing on a volume that others write to as well: work under a name of one's own
/// (claim.h), then one rename(2).
namespace content {

using Path = std::filesystem::path;

/// `root`/`relative`, made as far as it is missing. Everything below `root` must be a true folder:
/// a symbolic link could lead elsewhere. Throws Failure.
Path own_folder(const Path& root, const Path& relative);

/// Whether a folder is there, and not a symbolic link to one.
bool is_true_folder(const Path& path);

/// The true folders in a folder, with their paths; none where that is no true folder. Throws
/// std::filesystem::filesystem_error, or tells the error and gives what it has found.
std::set<Path> true_folders_in(const Path& parent);
std::set<Path> true_folders_in(const Path& parent, std::error_code& error);

/// The whole of a regular file of a volume; empty where there is none, where it cannot be read, or
/// where it is longer than `limit` bytes. Nobody is waited for, as who opens a FIFO would be.
std::string read_regular_file(const Path& path, std::size_t limit);

/// Writes a file; one that is there loses what it had. Throws Failure.
void write_file(const Path& path, const std::string& text);

/// A descriptor of a folder itself, not of one that a symbolic link leads to; -1 with errno.
int open_folder(const Path& path);

/// A descriptor that is closed with its owner.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

/// Makes the time of a file or folder now, by the clock of the volume: an NFS client that is given
/// no time (utimensat(2)) leaves it to the server. False, with errno, when that cannot be; who may
/// write may do it, also on a volume that is full.
bool touch(const Path& path);

/// A name that nobody else chooses.
std::string unique_name(const std::string& prefix);

/// Writes everything to the disk and renames the folder to `name`. False when that name is taken:
/// somebody else was first. Throws Failure.
bool publish(const Path& folder, const Path& name);

/// Whether errno of link(2), symlink(2), chmod(2) or fsync(2) means that the volume cannot do that
/// at all, and not that something is wrong: EPERM (vfat), EOPNOTSUPP (SMB), ENOSYS (FUSE), EINVAL.
bool is_not_supported(int error);

/// Throws Failure with what errno says.
[[noreturn]] void volume_trouble(const Path& path);

/// What is to be written to a volume.
struct Need {
  std::int64_t bytes = 0;
  std::uintmax_t files = 0;
};

/// Throws Failure, with both numbers, when the volume with `folder` has less room left than
/// `subject` ("the model") needs, in bytes or in files.
void require_space(const Path& folder, const std::string& subject, const Need& need);

/// ENOSPC also means that a volume has no inodes left: `failure`, or one that says so when that is
/// the case of the volume with `folder`.
Failure with_lack_of_inodes(const Failure& failure, const Path& folder);

/// Runs `work`; whatever it throws is a Failure, unless it is Stopped.
template <class Work>
auto on_volume(const Path& folder, const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    throw with_lack_of_inodes(as_failure(error), folder);
  }
}

}  // namespace content
