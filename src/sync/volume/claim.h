#pragma once

#include "sync/volume/owner.h"
#include "sync/volume/tree.h"
#include "sync/volume/volume.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// Leases on a shared volume, as client-go's leader election has them on the API server: a folder
/// in which one helper works, and which others wait for while that helper lives and take over when
/// it does not. They need no lock of the file system, only that rename(2) is atomic.
///
/// A claim keeps others from doing the same work twice, and nothing more: who comes back from a
/// pause may find that its work is another's. So what must be whole is published by one rename from
/// a folder that is_ours().
namespace content {

/// The file in a claimed folder.
inline constexpr const char* owner_file = "owner";

/// This process, by the environment that the operator sets: POD_NAME, POD_UID, CONTAINER_NAME and
/// NODE_NAME, all of which may be missing. GRADIENT_HEARTBEAT_MS shortens the renewal, for tests.
const Owner& this_process();

/// What the owner's file of a folder says; nothing when it cannot be read or is none.
std::optional<Owner> owner_of(const Path& folder);

/// A folder that is this helper's. A thread renews it, whatever the helper does, also on a volume
/// that is full. Removed at the end with what is in it, unless it is to stay: then others may go on
/// with it at once. Safe to share between threads.
class Claim {
 public:
  /// Under a name `prefix`XXXXXX that nobody else has. Throws Failure.
  Claim(const Path& parent, const std::string& prefix,
        std::chrono::milliseconds renewal = this_process().renewal);
  ~Claim();
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  /// Gets a name that whoever wants the same work tries to get. False when somebody has it. Throws
  /// Failure.
  bool rename_to(const Path& name);

  const Path& path() const { return path_; }
  /// A folder in it, made when it is first asked for, whose name nobody else has: who works there
  /// finds nothing any more, and harms nobody, when others have taken the claim over. Throws
  /// Failure.
  Path work();
  /// Writes a file in it, wherever it has been moved to. Throws Failure.
  void write(const std::string& name, const std::string& text);
  void keep(bool keeps) { keeps_ = keeps; }

  /// Tells those who wait how far the work is: {"bytes", and "total" where it is known}.
  void tell_progress(const json::Json& fields);

  /// False when others took this helper for dead, and have taken the folder over.
  bool is_ours() const;
  /// Throws a transient Failure when it is not.
  void require_ours() const;

 private:
  void renew(bool ends);
  void run(const std::stop_token& stop);

  Path path_;
  bool keeps_ = false;
  std::mutex mutex_;
  Owner owner_;
  std::unique_ptr<OpenFile> folder_;  ///< stays the same when somebody renames it
  std::jthread thread_;
};

/// Looks at a claimed folder of others. For one thread.
class ClaimWatch {
 public:
  explicit ClaimWatch(Path folder) : folder_(std::move(folder)), observation_(this_process()) {}

  /// Writes the time of the folder that has it, to learn whether the volume takes writes, and so
  /// that an NFS client asks the server anew. Call it about every look_interval().
  Life look();
  /// What it saw last.
  const std::optional<Owner>& owner() const { return owner_; }

 private:
  Path folder_;
  Observation observation_;
  std::optional<Owner> owner_;
};

std::chrono::milliseconds look_interval();

/// Moves a folder of this owner to a name of its own beside, so that one of those who want to
/// remove it or to go on with it does so. Nothing when it is gone, or somebody else's meanwhile.
std::optional<Path> move_away(const Path& folder, const std::optional<Owner>& owner);

struct Waiting {
  std::stop_token stop = {};
  /// Called about every second: the work is done, by another helper.
  std::function<bool()> is_done = [] { return false; };
  /// Called when something is to be waited for, and with each of its renewals.
  std::function<void(const Owner&)> on_wait = [](const Owner&) {};
};

/// The claim of this name. Waits for as long as its owner lives; what a dead one has left is moved
/// into it, into folders left_prefix*. Null when the work is done. Throws Failure and Stopped.
std::unique_ptr<Claim> claim(const Path& name, const Waiting& waiting);

inline constexpr const char* left_prefix = "left-";

/// The folders Claim::work() of those who have or had this folder.
std::set<Path> works_in(const Path& folder);

/// Removes that, where nobody goes on with it, before the work begins anew: else a volume would
/// have one more with each helper that is killed. What cannot be removed goes with the claim.
/// Throws Stopped.
void remove_left(const Claim& claim, const std::stop_token& stop);
/// Whether there is such a folder in the claim.
bool has_left(const Claim& claim);

/// Moves a dead owner's folder into a claim, so that nobody else removes it. False when it is gone,
/// or somebody else's meanwhile.
bool take_over(const Path& folder, const std::optional<Owner>& owner, const Claim& into);

/// Removes what dead owners have left in a folder. For one thread.
class Sweeper {
 public:
  /// Of the folders in `parent` those whose names begin with one of the prefixes, except `spared`:
  /// a name that its user claims, who goes on with what is left there or removes it first.
  Sweeper(Path parent, std::vector<std::string> prefixes, std::string spared = {})
      : parent_(std::move(parent)), prefixes_(std::move(prefixes)), spared_(std::move(spared)) {}

  struct Left {
    std::size_t alive = 0;
    std::size_t unknown = 0;  ///< not yet seen for long enough
  };
  /// One look at each. What cannot be removed stays. Throws Stopped.
  Left look(Removal& removal, const std::stop_token& stop);

 private:
  bool is_one(const Path& folder) const;

  Path parent_;
  std::vector<std::string> prefixes_;
  std::string spared_;
  std::map<Path, ClaimWatch> watches_;
};

/// A Sweeper in a thread of its own.
class BackgroundSweeper {
 public:
  BackgroundSweeper(const Path& parent, const std::vector<std::string>& prefixes,
                    const std::string& spared = {});

 private:
  std::jthread thread_;
};

}  // namespace content
