#pragma once

#include "sync/volume/volume.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace content {

/// Adds up what git-lfs writes into the file that GIT_LFS_PROGRESS names: lines
/// "download 1/4 1234/5678 NAME", with the bytes of one file.
class LargeFileProgress {
 public:
  /// Throws std::system_error.
  LargeFileProgress();
  /// In memory: git-lfs has each line synchronized, for which a disk takes long and which a pipe
  /// refuses. For programs that this one runs.
  std::string file() const;
  /// That have come until now.
  std::int64_t bytes();

 private:
  void read(std::string_view lines);

  OpenFile memory_;
  std::map<std::string, std::int64_t, std::less<>> bytes_;  ///< by name
};

}  // namespace content
