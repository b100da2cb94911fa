#pragma once

#include "sync/volume.h"

#include <condition_variable>
#include <map>
#include <mutex>
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

/// Hashes files of a folder on all processors, while others still arrive.
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
  /// Waits for all that were added. Nothing may be added afterwards.
  Results finish();

 private:
  /// A large file's two are computed side by side.
  struct Task {
    std::string path;
    std::string Hashes::*result;
  };

  void run();

  Path folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<Task> waiting_;
  bool has_all_ = false;
  bool is_given_up_ = false;
  Results results_;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

}  // namespace content
