#pragma once

#include "kube/cache/watch.h"
#include "kube/cache/watch_runner.h"
#include "kube/clock.h"
#include "kube/http/client.h"
#include "reconcile/namespaces.h"
#include "reconcile/stores.h"

#include <list>
#include <stop_token>

namespace reconcile {

/// The informers, as client-go's SharedInformerFactory: all watches of one operator, each of which
/// keeps the store of its kind, and which of these caches have synced. Safe to share between
/// threads once all are added.
class Informers {
 public:
  /// All of it has to outlive this.
  Informers(kube::Client& client, const kube::Clock& clock, Stores& stores)
      : client_(client),
        clock_(clock),
        stores_(stores),
        runner_(client.transport(), clock),
        namespaces_(clock) {}

  void add(const kube::WatchOptions& options, kube::Watch::OnChange on_change);
  /// Runs all of them, on a few threads, until a stop.
  void run(const std::stop_token& stop);

  Namespaces& namespaces() { return namespaces_; }
  const Namespaces& namespaces() const { return namespaces_; }

  /// Whether the last kind that was absent from the cluster has come since the last call, as its
  /// definition was installed. For one thread.
  bool take_installed();

 private:
  kube::Client& client_;
  const kube::Clock& clock_;
  Stores& stores_;
  std::list<kube::Watch> watches_;
  kube::WatchRunner runner_;  ///< points to watches_
  Namespaces namespaces_;     ///< points to watches_
  bool was_absent_ = false;
};

}  // namespace reconcile
