#pragma once

#include "sync/report/report.h"
#include "sync/volume/volume.h"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace content {

/// Garbage collection of a dataset's volume. Nothing goes that is not named here: an export may be
/// shared with namespaces and clusters whose deployments nobody here knows.
struct CollectOptions {
  Path volume;                           ///< the dataset's root
  std::vector<std::string> owners = {};  ///< UIDs of deployments whose checkouts may go, ...
  std::set<std::string> keep = {};       ///< ... except those of these keys
  std::set<std::string> models = {};     ///< names of models that may go
  std::chrono::seconds grace{3600};      ///< what is younger, or was used since, stays
  /// When these were put together, by the clock of whoever did: a Job may wait for longer than the
  /// grace before it runs. What was used since stays, and half an hour before, as clocks differ.
  std::optional<std::chrono::sys_seconds> listed_at = {};
};

/// Removes checkouts, models, and the mirrors that no checkout on the volume is from; and in other
/// mirrors what no checkout on the volume needs: commits, and the content of large files (LFS).
/// Reports {"checkoutsBytes", "mirrorsBytes", "largeFilesBytes", "modelsBytes"}: what there is now,
/// of a file of several names once, as the first of large files, mirrors, checkouts and models that
/// has it; {"unusedBytes"}: of checkouts and models that may go and are too young; {"freedBytes"}:
/// what the disk got back; {"removed"}: how many checkouts, models and mirrors went; {"young"}: how
/// many may go but are too young, and mirrors that were in use or had no room for a smaller pack;
/// {"failed"}: how many files could not be removed and mirrors not be cleaned up, and then
/// {"message"}: why the first one. What goes is renamed away before it is removed, so a crash
/// leaves a checkout whole or not at all. Throws Failure and Stopped.
void collect(const CollectOptions& options, Reporter& report, const std::stop_token& stop);

}  // namespace content
