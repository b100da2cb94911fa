#pragma once

#include "base/hash.h"
#include "sync/volume/volume.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <vector>

namespace content {

struct Hashes {
  std::string sha256 = {},
              md5 = {};  ///< hexadecimal; empty: not asked for, or the file cannot be read
  bool operator==(const Hashes&) const = default;
};

/// `sha256sum` and `md5sum` in a pool of threads: hashes files of a folder while others still
/// arrive, and large ones while they grow, so that little is left to do when the last byte is
/// there. The public functions are for one thread.
class Hasher {
 public:
  using Results = std::map<std::string, Hashes, std::less<>>;  ///< by path

  explicit Hasher(Path folder);
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  /// A file is whole now. `path` is relative to the folder. A path that was added is not added
  /// again; without MD5 now, it has none in the end. Does not wait.
  void add(const std::string& path, bool with_md5);
  /// The first `bytes` of a file that is still elsewhere, at `at`, will not change any more: that
  /// file will be the one that is added later. Does not wait.
  void follow(const std::string& path, const Path& at, std::int64_t bytes, bool with_md5);
  /// Waits for all that were added. Nothing may be added afterwards.
  Results finish();

 private:
  /// One that is not hashed yet. Both hashes are made of one reading.
  struct File {
    Path at;
    std::int64_t bytes = 0;  ///< that may be read
    bool is_whole = false;
    bool is_waiting = false;  ///< or a thread has it
    bool with_md5 = false;
    std::unique_ptr<OpenFile> file = {};  ///< from when it is begun, as the rest
    std::optional<base::Hash> sha256 = {}, md5 = {};
    std::int64_t done = 0;  ///< bytes
  };
  using Files = std::map<std::string, File, std::less<>>;

  /// Nothing when it was added before.
  Files::iterator begin(const std::string& path, bool with_md5);
  void wake(Files::iterator file);
  void run();
  /// For a turn, of what may be read. Whether it has ended; then without a hash where it failed.
  static bool hash_on(File& file, const Path& at, std::int64_t bytes, bool is_whole, bool with_md5);

  Path folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Files files_;
  std::queue<Files::iterator> waiting_;
  bool has_all_ = false;
  bool is_given_up_ = false;
  Results results_;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

}  // namespace content
