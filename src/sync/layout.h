#pragma once

#include "json/json.h"
#include "sync/volume.h"

namespace content {

/// The folder that an app sees, laid out like a projected ConfigMap:
///
///     weights.bin -> ..data/weights.bin
///     ..data -> ..rev-0123456789abcdef        replaced in one rename
///     ..rev-0123456789abcdef/                 the files, and ..meta.json about them
///
/// So all of a revision appears at once, and a reader that has opened the one before keeps it: it
/// stays until the next but one.
class Layout {
 public:
  /// Makes the folder where it is missing. Throws Failure.
  explicit Layout(const Path& target);

  /// ..meta.json of the current revision; null when there is none.
  json::Json current() const;

  /// Makes a folder of the same file system, which is then gone, the current revision.
  /// `meta`.revision is "sha256:<hex>" and tells revisions apart. Throws Failure: NameTaken, before
  /// anything has changed, when a file would hide one that is not ours.
  void publish(const Path& files, const json::Json& meta);

  /// Makes the visible links what the current revision needs: a crash may have come between.
  void link_files() const;

  const Path& path() const { return target_; }

 private:
  Path current_revision() const;
  void check_names(const Path& files) const;
  void remove_others(const Path& current, const Path& previous) const;

  Path target_;
};

}  // namespace content
