#pragma once

#include "json/json.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Who works in a folder of a shared volume, and whether that helper lives: what claim.h writes
/// there, and how others judge it. Nothing here reads a clock, a file or the environment.
namespace content {

/// How often an owner renews its claim, unless it says otherwise.
constexpr auto usual_renewal = std::chrono::seconds(10);

/// A claim is dead when its counter has stood still for so many renewals: 100 s. An NFS client may
/// take a directory's entries from its cache for a minute (acdirmax of nfs(5)).
constexpr int renewals_when_dead = 10;

/// The same where a node of the owner's name has booted since: 30 s. It may be another cluster's
/// node, which has the same export and a name that both know, so the owner may live.
constexpr int renewals_after_boot = 3;

/// The file "owner" of a folder that somebody works in. As JSON, one line:
///
///     {"id": "5f0e...", "process": "91ab...", "counter": 17, "renewal": 10000,
///      "pod": "demo-7d4f", "uid": "...", "container": "clone-app", "node": "worker-1",
///      "boot": "...", "bytes": 3100, "total": 9800, "ended": true}
///
/// What is empty or unknown is left out.
struct Owner {
  std::string id = {};       ///< of this claim alone
  std::string process = {};  ///< of all claims of a run of the program
  std::int64_t counter = 0;  ///< one more with each renewal
  std::chrono::milliseconds renewal = usual_renewal;
  std::string pod = {};        ///< its name, for people
  std::string uid = {};        ///< the pod's
  std::string container = {};  ///< of the pod, which runs one at a time
  std::string node = {};
  std::string boot = {};    ///< /proc/sys/kernel/random/boot_id
  std::int64_t bytes = -1;  ///< that have come; -1: unknown
  std::int64_t total = -1;  ///< that will have come at the end; -1: unknown
  bool has_ended = false;   ///< and left the folder for others to go on with
};

std::string text_of(const Owner& owner);

/// Nothing for what is no owner's file.
std::optional<Owner> read_owner(std::string_view text);

/// What a looker knows of a claim.
enum class Life {
  Alive,    ///< its counter has changed
  Unknown,  ///< not yet seen for long enough
  Dead,
};

/// One looker's view of one claim. No time stamp is compared: the looker's own monotonic clock runs
/// between two looks at a counter, and only while the looker's own writes reach the volume. So two
/// hosts may disagree about the time, and a server that hangs makes nobody dead.
class Observation {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Observation(Owner looker) : looker_(std::move(looker)) {}

  /// `found`: what the file says now; nothing when it cannot be read or is none. `begun` and
  /// `ended`: when this look began, and when a write of the looker's to the same volume had
  /// succeeded; nothing when that failed. Looks should come at least once a renewal.
  Life look(const std::optional<Owner>& found, Time begun, std::optional<Time> ended);

 private:
  bool is_dead_at_once(const Owner& found) const;
  /// For how many renewals a counter may stand still.
  int patience(const std::optional<Owner>& found) const;

  Owner looker_;
  std::optional<Owner> seen_;
  std::optional<Time> since_;  ///< the counter stands still
  Time last_{};                ///< when the look before had ended
  bool is_alive_ = false;
};

}  // namespace content
