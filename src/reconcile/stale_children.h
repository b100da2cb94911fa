#pragma once

#include "kube/cache/watch.h"
#include "kube/clock.h"
#include "kube/http/client.h"
#include "reconcile/stores.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace reconcile {

/// Lists stale children: those of kinds that only an earlier configuration made, and that are not
/// watched now, such as an Ingress after a change to the Gateway API. They are listed once, as
/// nothing makes more of them, and put into their store, where the next reconcile of their parent
/// finds them to be pruned. For one thread.
class StaleChildren {
 public:
  /// Called for each object that is found.
  using OnFound = std::function<void(const kube::Key& key, const json::Json& object)>;

  StaleChildren(kube::Client& client, const kube::Clock& clock, Stores& stores, OnFound on_found)
      : client_(client), clock_(clock), stores_(stores), on_found_(std::move(on_found)) {}

  /// A kind in a namespace (empty: all) that is to be listed.
  void add(const kube::WatchOptions& list) { lists_.push_back(list); }
  /// Lists what is not listed yet in namespaces of which the caches have synced; after a failure,
  /// again a minute later.
  void find(const std::function<bool(const std::string& ns)>& has_synced,
            const std::stop_token& stop);

 private:
  bool list(const kube::WatchOptions& options, const std::stop_token& stop);

  kube::Client& client_;
  const kube::Clock& clock_;
  Stores& stores_;
  OnFound on_found_;
  std::vector<kube::WatchOptions> lists_;  ///< still to be made
  kube::Clock::TimePoint due_{};
};

}  // namespace reconcile
