#pragma once

#include "kube/clock.h"
#include "kube/guarded.h"
#include "kube/http/client.h"
#include "reconcile/dependents.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace reconcile {

/// A cache of objects that are polled with GET instead of watched, each about once a minute:
/// Secrets, which the operator must not list or watch, and claims that are not its own. What is
/// missing is polled more often: each second at first, and each half minute when it has been
/// missing for a quarter of an hour; all together at most twenty in a second, those that are new
/// first. Of Secrets no value is kept. Safe to share between threads.
class PollingCache {
 public:
  /// With a refresh() twice a second, every change of a thousand objects is known within a minute;
  /// of more, proportionally later.
  static constexpr std::chrono::seconds period{55};
  static constexpr std::chrono::milliseconds tick{500};  ///< between two refresh()

  /// `changed` is called for every object that a later read finds to have appeared, changed or
  /// gone.
  PollingCache(kube::Client& client, const kube::Clock& clock,
               std::function<void(const Ref&)> changed)
      : client_(client), clock_(clock), changed_(std::move(changed)) {}

  /// The object as of at most a period ago; empty when it does not exist. A Secret is as
  /// without_values() gives it. `kind` must outlive this.
  json::Shared find(const kube::Kind& kind, const kube::Key& key, const std::stop_token& stop);

  /// The object as it is now, a Secret with its values.
  std::optional<json::Json> read(const kube::Kind& kind, const kube::Key& key,
                                 const std::stop_token& stop,
                                 std::chrono::milliseconds total = kube::Client::default_timeout);

  /// The answer to one of our own writes.
  void put(const kube::Kind& kind, const json::Shared& object);

  /// Drops the object: it is read again when it is asked for. After one of our own deletions, or a
  /// write that met another version.
  void forget(const kube::Kind& kind, const kube::Key& key);

  /// It is read again when it is asked for, or a second later where it was read within the last
  /// one. For a new reference, which must not be judged by what was true a minute ago.
  void invalidate(const Ref& ref);

  /// Replaces which objects exist, but lack what `dependent` needs of them, such as a key of a
  /// Secret. They are polled like missing ones.
  void set_incomplete(const Ref& dependent, const std::set<Ref>& refs);

  /// Reads again what is due and still `wanted`, and forgets the rest. A failed read keeps what was
  /// known. For one thread.
  void refresh(const std::function<bool(const Ref&)>& wanted, const std::stop_token& stop);

 private:
  struct Entry {
    const kube::Kind* kind = nullptr;
    json::Shared object;
    kube::Clock::TimePoint read;
    kube::Clock::TimePoint old;  ///< from then on find() reads it again
    kube::Clock::TimePoint due;  ///< from then on refresh() does; later where that failed
    std::optional<kube::Clock::TimePoint> missing_since;  ///< it, or something in it
  };
  struct Due {
    Ref ref;
    const kube::Kind* kind;
    std::chrono::nanoseconds interval;  ///< since it was read
    bool is_missing;
  };
  /// Keeps what was read just now, and gives it as it is kept.
  json::Shared keep(const kube::Kind& kind, const kube::Key& key, std::optional<json::Json> object);
  void keep(const Ref& ref, const kube::Kind& kind, Entry& entry, json::Shared object);
  std::vector<Due> due(const std::function<bool(const Ref&)>& wanted);
  bool read_again(const Due& due, const std::stop_token& stop);
  void postpone(const Ref& ref);
  void pause(std::chrono::seconds time, const std::string& error);

  kube::Client& client_;
  const kube::Clock& clock_;
  std::function<void(const Ref&)> changed_;
  kube::Guarded<std::map<Ref, Entry>> entries_;
  Dependents incomplete_;  ///< and for whom
  std::atomic<std::size_t> added_ = 0;
  // Those of refresh():
  kube::Clock::TimePoint paused_until_{};
  bool is_away_ = false;               ///< the API server does not answer, which was logged
  std::map<std::string, Ref> warned_;  ///< logged refusals, and of what first
};

}  // namespace reconcile
