#pragma once

#include "sync/volume/volume.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace content {

/// The progress of git-lfs: adds up what it writes into the file that GIT_LFS_PROGRESS names
/// (git-lfs-config(5)): lines "download 1/4 1234/5678 NAME", with the bytes of one file.
class LargeFileProgress {
 public:
  /// Throws std::system_error.
  LargeFileProgress();
  /// The file's path, for programs that this one runs. It is in memory: git-lfs calls fsync(2)
  /// after each line, which takes long on a disk and fails on a pipe.
  std::string file() const;
  /// That have come until now.
  std::int64_t bytes();

 private:
  void read(std::string_view lines);

  OpenFile memory_;
  std::map<std::string, std::int64_t, std::less<>> bytes_;  ///< by name
};

}  // namespace content
