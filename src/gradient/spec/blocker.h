#pragma once

#include <string>

namespace gradient {

/// Why something that a spec asks for cannot be had now: what it names does not exist or is not
/// ready, a name or host belongs to somebody else, the API server refuses an object, a Job failed.
/// It becomes reason and message of a condition (docs/troubleshooting.md has every reason). What
/// keeps a pod from coming up is a Cause instead.
struct Blocker {
  std::string reason;   ///< CamelCase: "DatasetNotFound"
  std::string message;  ///< names the object, the field that refers to it and the remedy
  /// No event comes when it ends, as of a quota or an admission policy: whoever waits tries again
  /// now and then.
  bool needs_retry = false;
  bool operator==(const Blocker&) const = default;
};

}  // namespace gradient
