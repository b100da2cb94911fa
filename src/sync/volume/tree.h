#pragma once

#include "sync/volume/volume.h"

#include <cstdint>
#include <set>
#include <string>
#include <utility>

/// `du` and `rm -r` for trees that an app has written: of any depth and size, with any permissions,
/// and still changing. Symbolic links are never followed.
namespace content {

/// What files take on the disk, in bytes: one of several names once, however often it is added.
/// What cannot be read is left out.
class DiskUse {
 public:
  /// `without`: folders below it whose files are left out.
  void add(const Path& folder, const std::stop_token& stop, const std::set<Path>& without = {});
  std::int64_t bytes() const { return bytes_; }

 private:
  std::int64_t bytes_ = 0;
  std::set<std::pair<std::uint64_t, std::uint64_t>> shared_;  ///< device and inode
};

struct Removal {
  std::int64_t bytes = 0;    ///< that the disk got back
  std::int64_t failed = 0;   ///< files and folders that stayed
  std::string problem = {};  ///< about the first of them
};

/// Removes a file.
void remove_file(const Path& file, Removal& removal);

/// Removes a folder with all that is in it, or as much of it as can be. Folders of it are moved up
/// into it on the way, so that depth costs nothing; those that stay are left there. Nothing is
/// made: a full volume has no room for it. Throws Stopped.
void remove_tree(const Path& folder, Removal& removal, const std::stop_token& stop);

}  // namespace content
