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

/// Finds children of kinds that the configuration before this one had made, and that are not
/// watched now: an Ingress after a change to the Gateway API. They are listed once, as nothing
/// makes more of them, and put into their store; their parents' next reconcile prunes them. For one
/// thread.
class LeftOvers {
 public:
  /// Called for each object that is found.
  using OnFound = std::function<void(const kube::Key& key, const json::Json& object)>;

  LeftOvers(kube::Client& client, const kube::Clock& clock, Stores& stores, OnFound on_found)
      : client_(client), clock_(clock), stores_(stores), on_found_(std::move(on_found)) {}

  void add(const kube::WatchOptions& place) { places_.push_back(place); }
  /// Lists what is not listed yet in namespaces that are served; after a failure, again a minute
  /// later.
  void find(const std::function<bool(const std::string& ns)>& is_served,
            const std::stop_token& stop);

 private:
  bool list(const kube::WatchOptions& place, const std::stop_token& stop);

  kube::Client& client_;
  const kube::Clock& clock_;
  Stores& stores_;
  OnFound on_found_;
  std::vector<kube::WatchOptions> places_;
  kube::Clock::TimePoint due_{};
};

}  // namespace reconcile
