#pragma once

#include "sync/volume/tree.h"
#include "sync/volume/volume.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// Git LFS: a commit has pointers in place of large files, and another server their content
/// (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
namespace content {

struct LargeFile {
  std::string path = {};  ///< from the top of the tree
  std::string sha256 = {};
  std::int64_t bytes = 0;
  bool operator==(const LargeFile&) const = default;
};

/// What a pointer's text says, without a path. Nothing for another text, nor for a pointer with
/// extensions: these change the content, so its hash is not the file's.
std::optional<LargeFile> read_pointer(std::string_view text);

/// The sum of their sizes, at most the largest number: pointers are hostile, and may claim any
/// size.
std::int64_t total_bytes(const std::vector<LargeFile>& files);

/// How content gets from a store into a tree.
enum class Placing {
  Copy,  ///< an app may write to the tree; the blocks are shared where the file system can
         ///< (reflinks)
  Link,  ///< nobody writes to the tree; a copy where the volume has no hard links
  Move,  ///< the same, and nobody needs the store any more: it loses what cannot be linked
};

/// A folder in which git-lfs keeps content (lfs.storage): whole in objects/ab/cd/abcd..., and what
/// is on its way in incomplete/. Nobody else may be using it meanwhile.
class LargeFileStore {
 public:
  /// A file that was published with this SHA-256; empty when there is none. It is hashed again
  /// before it is used.
  using Find = std::function<Path(const std::string& sha256)>;

  explicit LargeFileStore(Path folder, Find find = {})
      : folder_(std::move(folder)), find_(std::move(find)) {}

  const Path& path() const { return folder_; }
  bool has(const LargeFile& file) const;

  /// Those whose content is to be fetched, each content once. Links or copies what can be found,
  /// removes what is damaged, and has git-lfs go on with what it had begun. Throws Failure.
  std::vector<LargeFile> prepare(const std::vector<LargeFile>& files) const;

  /// Bytes that the volume must have room for, for those: what was begun is there.
  std::int64_t bytes_to_come(const std::vector<LargeFile>& missing) const;

  /// Puts content where the pointers are in a tree. A file whose content is not there stays a
  /// pointer. Throws Failure.
  void place(const std::vector<LargeFile>& files, const Path& tree, Placing placing) const;

  /// Removes all content but this, and what git-lfs has left of its work. Throws Stopped.
  void keep_only(const std::set<std::string>& sha256s, Removal& removal,
                 const std::stop_token& stop) const;

  /// Adds what another store has, whose owner may still write to it: links what is whole, and
  /// copies what was on its way.
  void copy_from(const Path& other) const;
  /// The same for a store to which nobody can write any more: without copies.
  void move_from(const Path& other) const;

 private:
  Path object(const std::string& sha256) const;
  Path part(const std::string& sha256) const;
  Path place_for(const Path& file, const Path& other) const;
  void link_found(const LargeFile& file) const;
  void resume() const;

  Path folder_;
  Find find_;
};

}  // namespace content
