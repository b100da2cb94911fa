#pragma once

#include "sync/model/layout.h"
#include "sync/model/origin.h"
#include "sync/report/report.h"

#include <chrono>

/// `gradient-sync model`: the sidecar that keeps a model's files in sync with their source.
namespace content {

struct ModelOptions {
  Source source;
  std::string digest = {};  ///< "sha256:..." that the files must have; empty: any
  Path target;              ///< the folder that the app sees
  std::chrono::seconds refresh_interval = {};  ///< zero: never
  Path fetch_request = {};                     ///< a file; empty: none (fetch_request.h)
  /// How long a revision stays that was replaced: an app may still open its files by path.
  std::chrono::seconds grace = std::chrono::minutes(10);
  Limits limits = {};
  Path program = {};  ///< gradient-sync itself, which git asks for the password
  RangeOptions large = {};
};

/// Publishes the source's files in the target, says so ({"event":"published", "revision", "bytes",
/// "files"}), and refreshes them, also when it is asked to, until there is a stop. What is there
/// from the same source already, from before or by another pod, is taken without any network and
/// without waiting for others. What fails later, of whatever kind, is logged and tried again, and
/// changes nothing. Throws what as_failure() takes when nothing could be published, and Stopped.
void sync_model(const ModelOptions& options, Reporter& report, const std::stop_token& stop);

}  // namespace content
