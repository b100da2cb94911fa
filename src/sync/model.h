#pragma once

#include "sync/layout.h"
#include "sync/rclone.h"
#include "sync/report.h"

#include <chrono>

namespace content {

struct ModelOptions {
  Source source;
  Path target;                            ///< the folder that the app sees
  std::chrono::seconds refresh_interval;  ///< zero: never
  /// How long a revision stays that was replaced: an app may still open its files by path.
  std::chrono::seconds grace = std::chrono::minutes(10);
};

/// Publishes the source's files in the target, says so ({"event":"published", "revision", "bytes",
/// "files"}), and refreshes them until there is a stop. What is there from the same source already,
/// from before or by another pod, is taken without any network. A refresh that fails is logged and
/// changes nothing. Throws Failure when nothing could be published, and Stopped.
void sync_model(const ModelOptions& options, Report& report, const std::stop_token& stop);

/// Whether the sync_model of this pod has published (the startup probe's question).
bool is_ready(const Path& target);

}  // namespace content
