#pragma once

#include "kube/clock.h"
#include "kube/guarded.h"
#include "kube/http/client.h"
#include "reconcile/dependents.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace reconcile {

/// Objects that are read with `get` alone, each about once a minute: Secrets, which the operator
/// must not list or watch, and claims that are not its own. What is missing is looked for more
/// often: each second at first, and each half minute when it has been missing for a quarter of an
/// hour; forty in a second, those that are new first. What was read is kept in memory until then.
/// Safe to share between threads.
class Polled {
 public:
  /// With a refresh() twice a second, every change is known within a minute.
  static constexpr std::chrono::seconds period{55};
  static constexpr std::chrono::milliseconds tick{500};  ///< between two refresh()

  /// `changed` is told of every object that a later read finds to have appeared, changed or gone.
  Polled(kube::Client& client, const kube::Clock& clock, std::function<void(const Ref&)> changed)
      : client_(client), clock_(clock), changed_(std::move(changed)) {}

  /// The object as of at most a period ago; empty when it does not exist. `kind` must outlive this.
  std::optional<json::Json> find(const kube::Kind& kind, const kube::Key& key,
                                 const std::stop_token& stop);

  /// The answer to one of our own writes.
  void put(const kube::Kind& kind, const json::Json& object);

  /// It will be read again when it is asked for: after one of our own deletions.
  void forget(const kube::Kind& kind, const kube::Key& key);

  /// It is read again when it is asked for, unless that was done within a second: whoever is new
  /// must not be told what was true a minute ago.
  void doubt(const Ref& ref);

  /// That these are all that `dependent` has found without what it needs of them, such as a key:
  /// they count as missing.
  void miss(const Ref& dependent, const std::set<Ref>& refs);

  /// Reads again what is due and still `wanted`, and forgets the rest. A failed read keeps what was
  /// known. True when there is more to be read at once. For one thread.
  bool refresh(const std::function<bool(const Ref&)>& wanted, const std::stop_token& stop);

 private:
  struct Entry {
    const kube::Kind* kind = nullptr;
    std::optional<json::Json> object;
    kube::Clock::TimePoint read;
    kube::Clock::TimePoint old;  ///< then whoever asks for it has it read again
    kube::Clock::TimePoint due;  ///< then refresh() does; later than that where it failed
    std::optional<kube::Clock::TimePoint> missing_since;  ///< it, or something in it
  };
  struct Due {
    Ref ref;
    const kube::Kind* kind;
    std::chrono::nanoseconds interval;  ///< since it was read
    bool is_missing;
  };
  std::optional<json::Json> read(const kube::Kind& kind, const kube::Key& key,
                                 std::chrono::milliseconds total, const std::stop_token& stop);
  void schedule(const Ref& ref, Entry& entry) const;
  std::vector<Due> due(const std::function<bool(const Ref&)>& wanted);
  bool read_again(const Due& due, const std::stop_token& stop);
  void postpone(const Ref& ref);
  void pause(std::chrono::seconds time, const std::string& error);

  kube::Client& client_;
  const kube::Clock& clock_;
  std::function<void(const Ref&)> changed_;
  kube::Guarded<std::map<Ref, Entry>> entries_;
  Dependents missed_;  ///< by whom
  // Those of refresh():
  kube::Clock::TimePoint paused_until_{}, look_for_missing_{};
  bool is_away_ = false;             ///< the API server, as was told
  std::map<std::string, Ref> told_;  ///< refusals, and of what first
};

}  // namespace reconcile
