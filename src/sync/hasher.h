#pragma once

#include "base/hash.h"
#include "sync/volume.h"

#include <condition_variable>
#include <cstdint>
#include <list>
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

/// Hashes files of a folder on all processors, while others still arrive, and large ones while they
/// grow.
class Hasher {
 public:
  using Results = std::map<std::string, Hashes, std::less<>>;  ///< by path

  explicit Hasher(Path folder);
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  /// A file is whole now. `path` is relative to the folder. A path that was added is not added
  /// again. Does not wait.
  void add(const std::string& path, bool with_md5);
  /// The first `bytes` of a file that is still elsewhere, at `at`, will not change any more: that
  /// file will be the one that is added later. Does not wait.
  void follow(const std::string& path, const Path& at, std::int64_t bytes, bool with_md5);
  /// Waits for all that were added. Nothing may be added afterwards.
  Results finish();

 private:
  /// One hash of one file. A large file's two are computed side by side.
  struct Task {
    std::string path;
    std::string Hashes::*result;
    std::optional<base::Hash> hash = {};  ///< from when it is begun
    std::unique_ptr<OpenFile> file = {};
    std::int64_t done = 0;    ///< bytes
    bool is_waiting = false;  ///< or a thread has it
  };
  struct File {
    Path at;
    std::int64_t bytes = 0;  ///< that may be read
    bool is_whole = false;
    std::list<Task> tasks = {};
  };

  /// Nothing when it was added before.
  File* begin(const std::string& path, bool with_md5);
  void wake(File& file);
  void run();
  void end(Task& task, std::string hash);

  Path folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, File, std::less<>> files_;  ///< that are not hashed yet
  std::queue<Task*> waiting_;
  bool has_all_ = false;
  bool is_given_up_ = false;
  Results results_;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

}  // namespace content
