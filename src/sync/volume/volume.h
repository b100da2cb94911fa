#pragma once

#include "sync/report/failure.h"
#include "sync/stop.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

/// Atomic publishing on a volume that others write to as well: work under a unique temporary name,
/// then one rename(2). Locks (flock(2)) only keep helpers from doing the same work twice: a network
/// volume may have none, or grant one to two hosts.
namespace content {

using Path = std::filesystem::path;

/// `root`/`relative`, made as far as it is missing. Everything below `root` must be a true folder:
/// a symbolic link could lead elsewhere. Throws Failure.
Path own_folder(const Path& root, const Path& relative);

/// Whether a folder is there, and not a symbolic link to one.
bool is_true_folder(const Path& path);

/// Writes a file; one that is there loses what it had. Throws Failure.
void write_file(const Path& path, const std::string& text);

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

/// Locks a folder itself while this lives: a rename of the folder changes nothing about that. Where
/// somebody else has the lock, or the volume has none, does nothing.
class FolderLock {
 public:
  explicit FolderLock(const Path& folder);

 private:
  OpenFile folder_;
};

/// A new folder `parent`/`prefix`XXXXXX that nobody else uses: locked while this lives, and removed
/// with what is left in it, unless it is to stay. Making one removes those that were left behind a
/// day ago or earlier.
class WorkFolder {
 public:
  explicit WorkFolder(const Path& parent, const std::string& prefix = "");
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const Path& path() const { return path_; }
  void keep(bool keeps) { keeps_ = keeps; }

 private:
  Path path_;
  FolderLock lock_;
  bool keeps_ = false;
};

/// Whether nobody has a folder's lock, as far as the volume's locks tell.
bool is_unlocked(const Path& folder);

/// Removes the folders `parent`/`prefix`* that nobody has locked and whose entries have not changed
/// for so long, as far as that can be done.
void sweep(const Path& parent, const std::string& prefix, std::chrono::seconds unchanged);

/// Makes the time of a file or folder now, by the clock of the volume: an NFS client that is given
/// no time (utimensat(2)) leaves it to the server. False, with errno, when that cannot be; who may
/// write may do it, also on a volume that is full.
bool touch(const Path& path);

/// A name that nobody else chooses.
std::string unique_name(const std::string& prefix);

/// How long helpers wait for one another, until each does the work alone.
constexpr auto patience_with_others = std::chrono::minutes(10);

/// flock(2) of `file`, for which it waits at most `patience`; `on_wait` is called once, before
/// that. Not held when it takes longer or the volume has no locks: then do the work without. Throws
/// Failure and Stopped.
class Lock {
 public:
  Lock(const Path& file, const std::stop_token& stop,
       std::chrono::milliseconds patience = patience_with_others,
       const std::function<void()>& on_wait = {});
  bool held() const { return held_; }

 private:
  OpenFile file_;
  bool held_ = false;
};

/// Writes everything to the disk and renames the folder to `name`. False when that name is taken:
/// somebody else was first. Throws Failure.
bool publish(const Path& folder, const Path& name);

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
