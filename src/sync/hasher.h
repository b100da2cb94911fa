#pragma once

#include "sync/volume.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <queue>
#include <string>
#include <thread>

namespace content {

/// Computes the SHA-256 of files in a thread of its own, while others still arrive.
class Hasher {
 public:
  using Hashes = std::map<std::string, std::string, std::less<>>;  ///< hexadecimal, by path

  explicit Hasher(Path folder);
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  /// A file is whole now. `path` is relative to the folder. Does not wait.
  void add(std::string path);
  /// Waits for all that were added. A file that cannot be read is left out. Nothing may be added
  /// afterwards.
  Hashes finish();

 private:
  void run();

  Path folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::string> waiting_;
  bool has_all_ = false;
  bool is_given_up_ = false;
  Hashes hashes_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace content
