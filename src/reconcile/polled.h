#pragma once

#include "kube/client.h"
#include "kube/clock.h"
#include "kube/guarded.h"
#include "reconcile/dependents.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>

namespace reconcile {

/// Objects that are read with `get` alone, each about once a minute: Secrets, which the operator
/// must not list or watch, and claims that are not its own. What was read is kept in memory until
/// then. Safe to share between threads.
class Polled {
 public:
  /// With a refresh() every five seconds, every change is known within a minute.
  static constexpr std::chrono::seconds period{55};

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

  /// Reads again what is older than a period and still `wanted`, and forgets the rest. A failed
  /// read keeps what was known.
  void refresh(const std::function<bool(const Ref&)>& wanted, const std::stop_token& stop);

 private:
  struct Entry {
    const kube::Kind* kind = nullptr;
    std::optional<json::Json> object;
    kube::Clock::TimePoint read;
  };
  std::optional<json::Json> read(const kube::Kind& kind, const kube::Key& key,
                                 const std::stop_token& stop);

  kube::Client& client_;
  const kube::Clock& clock_;
  std::function<void(const Ref&)> changed_;
  kube::Guarded<std::map<Ref, Entry>> entries_;
};

}  // namespace reconcile
