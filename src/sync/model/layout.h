#pragma once

#include "json/json.h"
#include "sync/volume/volume.h"

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The folder of a model, with revisions that replace each other at once.
namespace content {

/// The names of what we keep about a revision, in its folder.
inline constexpr const char* meta_file = "..meta.json";
inline constexpr const char* listing_file = "..listing";
/// How the names of folders begin in which somebody works.
inline constexpr const char* work_prefix = "..tmp-";
/// And of revisions on their way out.
inline constexpr const char* removed_prefix = "..old-";

/// The folder that an app sees, laid out as the kubelet's AtomicWriter does it for a ConfigMap:
///
///     weights.bin -> ..data/weights.bin
///     ..data -> ..rev-0123456789abcdef        replaced in one rename
///     ..rev-0123456789abcdef/                 the files, ..meta.json and ..listing about them
///     ..old-0123456789abcdef/                 a revision that is being removed
///     ..uses/                                 which revisions apps may use: uses.h
///
/// So all of a revision appears at once, and one that was replaced stays until remove_replaced().
class Layout {
 public:
  /// Makes the folder where it is missing. Throws Failure.
  explicit Layout(const Path& target);

  /// ..meta.json of the current revision; null when there is none.
  json::Json current() const;

  /// The folder of the current revision; empty when there is none.
  Path current_revision() const;

  /// Makes a folder of the same file system, which is then gone, the current revision.
  /// `meta`.revision is "sha256:<hex>" and tells revisions apart; `listing` is kept beside it.
  /// Throws Failure: NameTaken, before anything has changed, when a file would hide one that is not
  /// ours.
  void publish(const Path& files, const json::Json& meta, const std::string& listing = "");

  /// Makes the visible links what the current revision needs: a crash may have come between. Where
  /// they are so already, nothing is written. Others may publish meanwhile. Throws Failure.
  void link_files() const;

  /// The names of the folders of all revisions.
  std::set<std::string> revisions() const;

  struct Replaced {
    /// Until the next one is due; nothing when there is none.
    std::optional<std::chrono::seconds> next = {};
    bool are_in_use = false;  ///< some of those that are due
    /// Folders ..old-... that have files which programs of this host have open.
    std::vector<Path> held = {};
  };
  /// Removes the revisions that were replaced `grace` ago or earlier and are not in use, also on a
  /// volume that is full. `is_used` is asked for those that are due, by name. Throws Failure and
  /// std::filesystem::filesystem_error: then a later call goes on.
  Replaced remove_replaced(std::chrono::seconds grace,
                           const std::function<bool(const std::string&)>& is_used) const;

  const Path& path() const { return target_; }

 private:
  void check_names(const Path& files) const;
  Path remove(const Path& revision) const;

  Path target_;
};

}  // namespace content
