#include "sync/volume/tree.h"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace content {
namespace {

namespace fs = std::filesystem;

using Status = struct stat;

std::int64_t disk_bytes(const Status& status) {
  return std::int64_t{status.st_blocks} * 512;  // the unit of st_blocks, whatever the file system's
}

void stop_here(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Stopped();
}

constexpr int of_folder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// Removes a name in a folder. Zero, or errno.
int remove(int folder, const std::string& name, int flags, Removal& removal) {
  Status status{};
  const bool known = fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (unlinkat(folder, name.c_str(), flags) != 0) return errno == ENOENT ? 0 : errno;
  const bool is_last = flags == AT_REMOVEDIR || status.st_nlink <= 1;
  if (known && is_last) removal.bytes += disk_bytes(status);
  return 0;
}

void add_failure(const std::string& name, int error, Removal& removal) {
  if (++removal.failed == 1) removal.problem = name + ": " + std::generic_category().message(error);
}

/// One tree on its way out. Its folders wait, moved up into its root, to be emptied one by one.
class TreeRemoval {
 public:
  TreeRemoval(const Path& folder, Removal& removal) : folder_(folder), removal_(removal) {}

  void run(const std::stop_token& stop) {
    make_writable(AT_FDCWD, folder_.c_str());
    const OpenFile root(open(folder_.c_str(), of_folder));
    if (root.fd() < 0) return fail(folder_.filename().string(), errno);
    root_ = root.fd();
    empty(".", stop);
    while (!waiting_.empty()) {
      const auto next = std::move(waiting_.back());
      waiting_.pop_back();
      empty(next, stop);
      remove_emptied(root_, next);
    }
    remove_emptied(AT_FDCWD, folder_.string());
  }

 private:
  void empty(const std::string& name, const std::stop_token& stop) {
    const bool is_root = name == ".";
    if (!is_root) make_writable(root_, name.c_str());
    const int fd = openat(root_, name.c_str(), of_folder);
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(fd < 0 ? nullptr : fdopendir(fd), closedir);
    if (!folder) return fail(name, errno);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream
    while (const auto* entry = readdir(folder.get())) {
      stop_here(stop);
      const std::string child = entry->d_name;
      if (child != "." && child != "..") remove_or_move_up(fd, child, is_root);
    }
  }

  void remove_or_move_up(int folder, const std::string& name, bool is_in_root) {
    Status status{};
    if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // gone already
    if (!S_ISDIR(status.st_mode)) {
      if (const int error = remove(folder, name, 0)) fail(name, error);
      return;
    }
    if (is_in_root) return waiting_.push_back(name);
    // A folder gets another "..", for which rename(2) demands that it may be written.
    make_writable(folder, name.c_str());
    const auto moved = moved_prefix_ + std::to_string(++folders_);
    if (renameat(folder, name.c_str(), root_, moved.c_str()) == 0) {
      waiting_.push_back(moved);
    } else if (const int error = errno; remove(folder, name, AT_REMOVEDIR) != 0) {
      fail(name, error);
    }
  }

  void remove_emptied(int folder, const std::string& name) {
    const int error = remove(folder, name, AT_REMOVEDIR);
    // When something in it could not be removed, that has been counted already.
    const bool is_counted = error == ENOTEMPTY && removal_.failed > 0;
    if (error != 0 && !is_counted) fail(name, error);
  }

  int remove(int folder, const std::string& name, int flags) {
    return content::remove(folder, name, flags, removal_);
  }

  /// Another helper may be removing the same.
  void fail(const std::string& name, int error) {
    if (error != ENOENT) add_failure(name, error, removal_);
  }

  static void make_writable(int folder, const char* name) {
    // Where that is forbidden, so is removing, which fails with the reason.
    [[maybe_unused]] const int ignored = fchmodat(folder, name, S_IRWXU, AT_SYMLINK_NOFOLLOW);
  }

  const Path& folder_;
  Removal& removal_;
  int root_ = -1;
  std::string moved_prefix_ = unique_name("..") + "-";
  std::vector<std::string> waiting_;
  std::size_t folders_ = 0;
};

}  // namespace

void DiskUse::add(const Path& folder, const std::stop_token& stop, const std::set<Path>& without) {
  std::vector<Path> waiting = {folder};
  while (!waiting.empty()) {
    const auto next = std::move(waiting.back());
    waiting.pop_back();
    std::error_code error;
    for (fs::directory_iterator entry(next, error), end; !error && entry != end;
         entry.increment(error)) {
      stop_here(stop);
      Status status{};
      if (lstat(entry->path().c_str(), &status) != 0) continue;
      const bool is_folder = S_ISDIR(status.st_mode);
      if (is_folder && !without.contains(entry->path())) waiting.push_back(entry->path());
      if (is_folder || status.st_nlink == 1 ||
          shared_.emplace(status.st_dev, status.st_ino).second) {
        bytes_ += disk_bytes(status);
      }
    }
  }
}

void remove_file(const Path& file, Removal& removal) {
  const int error = remove(AT_FDCWD, file.string(), 0, removal);
  if (error != 0) add_failure(file.string(), error, removal);
}

void remove_tree(const Path& folder, Removal& removal, const std::stop_token& stop) {
  TreeRemoval(folder, removal).run(stop);
}

}  // namespace content
