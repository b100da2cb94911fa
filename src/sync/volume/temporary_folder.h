#pragma once

#include "sync/volume/volume.h"

/// Temporary folders in the pod's own temporary volume, where locks (flock(2)) hold.
namespace content {

/// A new folder `parent`/`prefix`XXXXXX that nobody else uses, removed with what is left in it.
/// Making one removes those that a killed process left behind a day ago or earlier.
class TemporaryFolder {
 public:
  /// Throws Failure.
  TemporaryFolder(const Path& parent, const std::string& prefix);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const Path& path() const { return path_; }

 private:
  Path path_;
  OpenFile lock_;
};

}  // namespace content
