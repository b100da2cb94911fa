#define FUSE_USE_VERSION 314

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <fuse_lowlevel.h>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

// fuse_volume BACKING MOUNTPOINT READY [SETTING=NUMBER]...
//
// A file system that shows the folder BACKING, and lacks what other volumes lack. It runs until it
// is killed, and makes the file READY when it is mounted. Settings:
//
//     link, symlink, chmod, fsync, flock: that call fails with this errno
//     size=0: it does not tell its size
//     fold=1: names that differ by the letter case of ASCII alone are one
//     nfs=SECONDS: it behaves as an NFS client whose cache is as old as that (nfs(5)): others'
//         changes are seen later, attributes as well as names that came or went; a file that is
//         open here and removed here lives on under the name .nfsNUMBER until it is closed; and one
//         that another mount has removed is stale (ESTALE), also for those who have it open or
//         mapped. Locks of flock(2) hold on this mount alone.
//     clock=SECONDS: the times of files are later by so much

namespace {

using Settings = std::map<std::string, int>;
using Status = struct stat;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string path_of(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

/// A file that the kernel knows; it cannot be another's meanwhile, as a descriptor has it.
struct Node {
  explicit Node(int fd) : file(fd) {}
  Descriptor file;
  std::uint64_t lookups = 0;
  int opens = 0;
  /// Its folder and its name there, when it was removed while it was open here.
  std::unique_ptr<Descriptor> removed_in = {};
  std::string removed_as = {};
};

struct Seen {
  Node* node;
  std::chrono::steady_clock::time_point seen;
};

struct Listing {
  std::vector<std::pair<std::string, Status>> entries;
};

/// One thread has it.
class Volume {
 public:
  Volume(const char* backing, std::string ready, Settings settings)
      : root_(open(backing, O_PATH | O_DIRECTORY | O_CLOEXEC)),
        ready_(std::move(ready)),
        settings_(std::move(settings)),
        age_(settings_.contains("nfs") ? settings_.at("nfs") : 0),
        is_nfs_(settings_.contains("nfs")) {
    root_.lookups = 1;
  }

  fuse_lowlevel_ops operations() const;
  void set_session(fuse_session* session) { session_ = session; }
  bool is_good() const { return root_.file.get() >= 0; }

 private:
  static Volume& of(fuse_req_t request) {
    return *static_cast<Volume*>(fuse_req_userdata(request));
  }

  Node& node(fuse_ino_t id) {
    return id == FUSE_ROOT_ID ? root_ : *reinterpret_cast<Node*>(id);  // NOLINT: libfuse's way
  }
  int refusal(const char* call) const {
    const auto found = settings_.find(call);
    return found == settings_.end() ? 0 : found->second;
  }

  /// A descriptor of the folder or file; -1, with errno, when that is stale.
  int fd(fuse_ino_t id) {
    const int file = node(id).file.get();
    Status status{};
    if (is_nfs_ && (fstat(file, &status) != 0 || status.st_nlink == 0)) {
      forget_names_of(&node(id));
      errno = ESTALE;
      return -1;
    }
    return file;
  }

  void shift(Status& status) const {
    const auto by = refusal("clock");
    status.st_atim.tv_sec += by;
    status.st_mtim.tv_sec += by;
    status.st_ctim.tv_sec += by;
  }

  Node* known(const Status& status) {
    const auto found = nodes_.find({status.st_dev, status.st_ino});
    return found == nodes_.end() ? nullptr : found->second.get();
  }

  /// A descriptor of what has the name in any letter case; -1 with errno.
  static int open_folded(int folder, const char* name) {
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(path_of(folder).c_str()), closedir);
    while (const auto* const entry = entries ? readdir(entries.get()) : nullptr) {
      if (strcasecmp(entry->d_name, name) == 0)
        return openat(folder, entry->d_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    }
    errno = ENOENT;
    return -1;
  }

  /// Zero, or errno.
  int enter(fuse_ino_t parent, const char* name, fuse_entry_param& entry) {
    const int folder = fd(parent);
    if (folder < 0) return errno;
    int file = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0 && refusal("fold") != 0) file = open_folded(folder, name);
    if (file < 0) return errno;
    auto fresh = std::make_unique<Node>(file);
    if (fstat(file, &entry.attr) != 0) return errno;
    auto& place = nodes_[{entry.attr.st_dev, entry.attr.st_ino}];
    if (!place) place = std::move(fresh);
    ++place->lookups;
    entry.ino = reinterpret_cast<fuse_ino_t>(place.get());  // NOLINT
    entry.attr_timeout = age_;
    shift(entry.attr);
    return 0;
  }

  void reply_entry(fuse_req_t request, int error, fuse_ino_t parent, const char* name) {
    names_.erase({parent, name});
    fuse_entry_param entry{};
    if (error == 0) error = enter(parent, name, entry);
    if (error != 0) {
      fuse_reply_err(request, error);
    } else {
      fuse_reply_entry(request, &entry);
    }
  }

  /// Answers from what this client has seen, where that is young enough.
  int enter_from_cache(fuse_ino_t parent, const char* name, fuse_entry_param& entry) {
    const auto now = std::chrono::steady_clock::now();
    const auto found = names_.find({parent, name});
    const bool is_young =
        found != names_.end() && now - found->second.seen < std::chrono::duration<double>(age_);
    if (!is_young) {
      const int error = enter(parent, name, entry);
      if (error != 0 && error != ENOENT) return error;
      names_[{parent, name}] = {error == 0 ? &node(entry.ino) : nullptr, now};
      return error;
    }
    auto* const seen = found->second.node;
    if (seen == nullptr) return ENOENT;
    if (fstat(seen->file.get(), &entry.attr) != 0) return errno;
    ++seen->lookups;
    entry.ino = reinterpret_cast<fuse_ino_t>(seen);  // NOLINT
    entry.attr_timeout = age_;
    shift(entry.attr);
    return 0;
  }

  void forget_names_of(const Node* stale) {
    std::erase_if(names_, [&](const auto& seen) { return seen.second.node == stale; });
  }
  /// As a client does that finds the time of a folder changed: it asks for its names anew.
  void forget_names_in(fuse_ino_t folder) {
    std::erase_if(names_, [&](const auto& seen) { return seen.first.first == folder; });
  }

  void lookup(fuse_req_t request, fuse_ino_t parent, const char* name) {
    fuse_entry_param entry{};
    const int error = is_nfs_ ? enter_from_cache(parent, name, entry) : enter(parent, name, entry);
    if (error != 0) {
      fuse_reply_err(request, error);
    } else {
      fuse_reply_entry(request, &entry);
    }
  }

  void forget(fuse_ino_t id, std::uint64_t count) {
    if (id == FUSE_ROOT_ID) return;
    auto& found = node(id);
    found.lookups -= count;
    if (found.lookups > 0) return;
    forget_names_of(&found);
    forget_names_in(id);
    Status status{};
    fstat(found.file.get(), &status);
    nodes_.erase({status.st_dev, status.st_ino});
  }

  void reply_attributes(fuse_req_t request, fuse_ino_t id) {
    Status status{};
    const int file = fd(id);
    if (file < 0 || fstat(file, &status) != 0) {
      fuse_reply_err(request, errno);
      return;
    }
    shift(status);
    fuse_reply_attr(request, &status, age_);
  }

  /// Zero, or errno.
  int set(fuse_ino_t id, const Status& wanted, int what) {
    const int file = fd(id);
    if (file < 0) return errno;
    forget_names_in(id);
    const auto path = path_of(file);
    if ((what & FUSE_SET_ATTR_MODE) != 0) {
      if (const int error = refusal("chmod")) return error;
      if (chmod(path.c_str(), wanted.st_mode) != 0) return errno;
    }
    const auto owner = (what & FUSE_SET_ATTR_UID) != 0 ? wanted.st_uid : static_cast<uid_t>(-1);
    const auto group = (what & FUSE_SET_ATTR_GID) != 0 ? wanted.st_gid : static_cast<gid_t>(-1);
    const bool has_owner = (what & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) != 0;
    if (has_owner && fchownat(file, "", owner, group, AT_EMPTY_PATH) != 0) return errno;
    if ((what & FUSE_SET_ATTR_SIZE) != 0 && truncate(path.c_str(), wanted.st_size) != 0)
      return errno;
    const timespec times[] = {
        time(wanted.st_atim, what & FUSE_SET_ATTR_ATIME_NOW, what & FUSE_SET_ATTR_ATIME),
        time(wanted.st_mtim, what & FUSE_SET_ATTR_MTIME_NOW, what & FUSE_SET_ATTR_MTIME)};
    const bool has_times = (what & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)) != 0;
    return has_times && utimensat(AT_FDCWD, path.c_str(), times, 0) != 0 ? errno : 0;
  }

  timespec time(timespec wanted, int is_now, int is_set) const {
    if (is_now != 0) return {0, UTIME_NOW};
    if (is_set == 0) return {0, UTIME_OMIT};
    wanted.tv_sec -= refusal("clock");
    return wanted;
  }

  void link(fuse_req_t request, fuse_ino_t id, fuse_ino_t parent, const char* name) {
    int error = refusal("link");
    const int file = fd(id);
    const int folder = file < 0 ? -1 : fd(parent);
    if (error == 0 && (folder < 0 || linkat(AT_FDCWD, path_of(file).c_str(), folder, name,
                                            AT_SYMLINK_FOLLOW) != 0)) {
      error = errno;
    }
    reply_entry(request, error, parent, name);
  }

  /// Gives a file that is open here another name before its own goes. Zero, or errno.
  int keep_open(int folder, const char* name) {
    Status status{};
    if (!is_nfs_ || fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    auto* const found = known(status);
    if (found == nullptr || found->opens == 0) return 0;
    if (found->removed_in) return EBUSY;
    found->removed_as = ".nfs" + std::to_string(getpid()) + "-" + std::to_string(++removals_);
    if (renameat(folder, name, folder, found->removed_as.c_str()) != 0) return errno;
    found->removed_in = std::make_unique<Descriptor>(dup(folder));
    return 0;
  }

  int unlink(fuse_ino_t parent, const char* name) {
    const int folder = fd(parent);
    if (folder < 0) return errno;
    names_.erase({parent, name});
    if (const int error = keep_open(folder, name)) return error;
    return unlinkat(folder, name, 0) == 0 || (is_nfs_ && errno == ENOENT) ? 0 : errno;
  }

  int rename(fuse_ino_t parent, const char* name, fuse_ino_t to, const char* to_name) {
    const int folder = fd(parent);
    const int to_folder = folder < 0 ? -1 : fd(to);
    if (to_folder < 0) return errno;
    names_.erase({parent, name});
    names_.erase({to, to_name});
    if (const int error = keep_open(to_folder, to_name)) return error;
    return renameat(folder, name, to_folder, to_name) == 0 ? 0 : errno;
  }

  void open_file(fuse_req_t request, fuse_ino_t id, fuse_file_info* info) {
    const int file = fd(id);
    const int opened =
        file < 0 ? -1 : open(path_of(file).c_str(), (info->flags & ~O_NOFOLLOW) | O_CLOEXEC);
    if (opened < 0) {
      fuse_reply_err(request, errno);
      return;
    }
    ++node(id).opens;
    // What another host wrote before it closed the file is seen by who opens it then.
    if (is_nfs_) fuse_lowlevel_notify_inval_inode(session_, id, -1, 0);
    info->fh = static_cast<std::uint64_t>(opened);
    fuse_reply_open(request, info);
  }

  void create(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode,
              fuse_file_info* info) {
    const int folder = fd(parent);
    names_.erase({parent, name});
    const int opened =
        folder < 0 ? -1
                   : openat(folder, name, (info->flags | O_CREAT | O_CLOEXEC) & ~O_NOFOLLOW, mode);
    fuse_entry_param entry{};
    const int error = opened < 0 ? errno : enter(parent, name, entry);
    if (error != 0) {
      fuse_reply_err(request, error);
      return;
    }
    ++node(entry.ino).opens;
    info->fh = static_cast<std::uint64_t>(opened);
    fuse_reply_create(request, &entry, info);
  }

  void release(fuse_req_t request, fuse_ino_t id, fuse_file_info* info) {
    close(static_cast<int>(info->fh));
    auto& found = node(id);
    if (--found.opens == 0 && found.removed_in) {
      unlinkat(found.removed_in->get(), found.removed_as.c_str(), 0);
      found.removed_in.reset();
    }
    fuse_reply_err(request, 0);
  }

  void read(fuse_req_t request, fuse_ino_t id, std::size_t size, off_t at, fuse_file_info* info) {
    std::vector<char> bytes(size);
    const auto got =
        fd(id) < 0 ? -1 : pread(static_cast<int>(info->fh), bytes.data(), bytes.size(), at);
    if (got < 0) {
      fuse_reply_err(request, errno);
    } else {
      fuse_reply_buf(request, bytes.data(), static_cast<std::size_t>(got));
    }
  }

  void write(fuse_req_t request, fuse_ino_t id, const char* bytes, std::size_t size, off_t at,
             fuse_file_info* info) {
    const auto put = fd(id) < 0 ? -1 : pwrite(static_cast<int>(info->fh), bytes, size, at);
    if (put < 0) {
      fuse_reply_err(request, errno);
    } else {
      fuse_reply_write(request, static_cast<std::size_t>(put));
    }
  }

  void open_folder(fuse_req_t request, fuse_ino_t id, fuse_file_info* info) {
    const int file = fd(id);
    const int opened = file < 0 ? -1 : openat(file, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const folder = opened < 0 ? nullptr : fdopendir(opened);
    if (folder == nullptr) {
      fuse_reply_err(request, errno);
      return;
    }
    auto listing = std::make_unique<Listing>();
    while (const auto* entry = readdir(folder)) {
      Status status{};
      status.st_ino = entry->d_ino;
      status.st_mode = static_cast<mode_t>(DTTOIF(entry->d_type));
      listing->entries.emplace_back(entry->d_name, status);
    }
    closedir(folder);
    info->fh = reinterpret_cast<std::uint64_t>(listing.release());  // NOLINT
    fuse_reply_open(request, info);
  }

  static Listing* listing_of(const fuse_file_info* info) {
    return reinterpret_cast<Listing*>(info->fh);  // NOLINT
  }

  static void list(fuse_req_t request, std::size_t size, off_t from, const fuse_file_info* info) {
    const auto& entries = listing_of(info)->entries;
    std::vector<char> buffer(size);
    std::size_t used = 0;
    for (auto i = static_cast<std::size_t>(from); i < entries.size(); ++i) {
      const auto& [name, status] = entries[i];
      const auto needed = fuse_add_direntry(request, &buffer[used], size - used, name.c_str(),
                                            &status, static_cast<off_t>(i + 1));
      if (needed > size - used) break;
      used += needed;
    }
    fuse_reply_buf(request, buffer.data(), used);
  }

  void tell_size(fuse_req_t request) {
    struct statvfs size {};
    if (fstatvfs(root_.file.get(), &size) != 0) {
      fuse_reply_err(request, errno);
      return;
    }
    if (settings_.contains("size")) {
      size.f_blocks = size.f_bfree = size.f_bavail = 0;
      size.f_files = size.f_ffree = size.f_favail = 0;
    }
    fuse_reply_statfs(request, &size);
  }

  Node root_;
  std::string ready_;
  Settings settings_;
  double age_;
  bool is_nfs_;
  fuse_session* session_ = nullptr;
  int removals_ = 0;
  std::map<std::pair<dev_t, ino_t>, std::unique_ptr<Node>> nodes_;
  /// What this client has seen of a folder's names; no node: there was nothing.
  std::map<std::pair<fuse_ino_t, std::string>, Seen> names_;
};

fuse_lowlevel_ops Volume::operations() const {
  using Request = fuse_req_t;
  using Id = fuse_ino_t;
  using Info = fuse_file_info*;
  using Name = const char*;
  fuse_lowlevel_ops ops{};
  ops.init = [](void* self, fuse_conn_info*) {
    const std::ofstream made(static_cast<Volume*>(self)->ready_);
  };
  ops.lookup = [](Request r, Id parent, Name name) { of(r).lookup(r, parent, name); };
  ops.forget = [](Request r, Id id, std::uint64_t count) {
    of(r).forget(id, count);
    fuse_reply_none(r);
  };
  ops.getattr = [](Request r, Id id, Info) { of(r).reply_attributes(r, id); };
  ops.setattr = [](Request r, Id id, Status* wanted, int what, Info) {
    const int error = of(r).set(id, *wanted, what);
    if (error != 0) {
      fuse_reply_err(r, error);
    } else {
      of(r).reply_attributes(r, id);
    }
  };
  ops.readlink = [](Request r, Id id) {
    std::vector<char> to(4096);
    const int file = of(r).fd(id);
    if (file < 0 || readlinkat(file, "", to.data(), to.size() - 1) < 0) {
      fuse_reply_err(r, errno);
    } else {
      fuse_reply_readlink(r, to.data());
    }
  };
  ops.mkdir = [](Request r, Id parent, Name name, mode_t mode) {
    const int folder = of(r).fd(parent);
    const int error = folder < 0 || mkdirat(folder, name, mode) != 0 ? errno : 0;
    of(r).reply_entry(r, error, parent, name);
  };
  ops.symlink = [](Request r, Name to, Id parent, Name name) {
    int error = of(r).refusal("symlink");
    const int folder = of(r).fd(parent);
    if (error == 0 && (folder < 0 || symlinkat(to, folder, name) != 0)) error = errno;
    of(r).reply_entry(r, error, parent, name);
  };
  ops.link = [](Request r, Id id, Id parent, Name name) { of(r).link(r, id, parent, name); };
  ops.unlink = [](Request r, Id parent, Name name) {
    fuse_reply_err(r, of(r).unlink(parent, name));
  };
  ops.rmdir = [](Request r, Id parent, Name name) {
    const int folder = of(r).fd(parent);
    of(r).names_.erase({parent, name});
    fuse_reply_err(r, folder < 0 || unlinkat(folder, name, AT_REMOVEDIR) != 0 ? errno : 0);
  };
  ops.rename = [](Request r, Id parent, Name name, Id to, Name to_name, unsigned flags) {
    fuse_reply_err(r, flags != 0 ? EINVAL : of(r).rename(parent, name, to, to_name));
  };
  ops.open = [](Request r, Id id, Info info) { of(r).open_file(r, id, info); };
  ops.create = [](Request r, Id parent, Name name, mode_t mode, Info info) {
    of(r).create(r, parent, name, mode, info);
  };
  ops.release = [](Request r, Id id, Info info) { of(r).release(r, id, info); };
  ops.read = [](Request r, Id id, std::size_t size, off_t at, Info info) {
    of(r).read(r, id, size, at, info);
  };
  ops.write = [](Request r, Id id, Name bytes, std::size_t size, off_t at, Info info) {
    of(r).write(r, id, bytes, size, at, info);
  };
  ops.fsync = [](Request r, Id, int, Info info) {
    const int error = of(r).refusal("fsync");
    const bool is_done = error == 0 && fsync(static_cast<int>(info->fh)) == 0;
    fuse_reply_err(r, error != 0 ? error : is_done ? 0 : errno);
  };
  ops.fsyncdir = [](Request r, Id, int, Info) { fuse_reply_err(r, of(r).refusal("fsync")); };
  ops.opendir = [](Request r, Id id, Info info) { of(r).open_folder(r, id, info); };
  ops.readdir = [](Request r, Id, std::size_t size, off_t from, Info info) {
    list(r, size, from, info);
  };
  ops.releasedir = [](Request r, Id, Info info) {
    delete listing_of(info);
    fuse_reply_err(r, 0);
  };
  ops.statfs = [](Request r, Id) { of(r).tell_size(r); };
  if (settings_.contains("flock")) {
    ops.flock = [](Request r, Id, Info, int) { fuse_reply_err(r, of(r).refusal("flock")); };
  }
  return ops;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::cerr << "fuse_volume BACKING MOUNTPOINT READY [SETTING=NUMBER]...\n";
    return 2;
  }
  Settings settings;
  for (int i = 4; i < count; ++i) {
    const std::string text = arguments[i];
    const auto equals = text.find('=');
    settings[text.substr(0, equals)] = std::atoi(text.substr(equals + 1).c_str());
  }
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  umask(0);
  Volume volume(arguments[1], arguments[3], settings);
  const auto operations = volume.operations();
  char* options[] = {arguments[0], nullptr};
  fuse_args args = FUSE_ARGS_INIT(1, options);
  fuse_session* const session =
      volume.is_good() ? fuse_session_new(&args, &operations, sizeof operations, &volume) : nullptr;
  if (session == nullptr || fuse_session_mount(session, arguments[2]) != 0) return 1;
  volume.set_session(session);
  const int result = fuse_session_loop(session);
  fuse_session_unmount(session);
  fuse_session_destroy(session);
  return result == 0 ? 0 : 1;
}
