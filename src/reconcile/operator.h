#pragma once

#include "reconcile/controllers.h"
#include "reconcile/informers.h"
#include "reconcile/reconcilers.h"
#include "reconcile/stale_children.h"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

struct OperatorOptions {
  std::vector<std::string> namespaces;  ///< empty: all
  std::string own_namespace = {};       ///< the operator's own
  int workers = 8;                      ///< for GradientDeployments; the other kinds have one each
};

/// The manager, as controller-runtime's: the informers, the controllers, and which change of what
/// enqueues which object. Not copyable; watch() and reconcile() may be called once each, on threads
/// of their own, and have to have returned before this ends.
class Operator {
 public:
  Operator(kube::Client& client, const kube::Clock& clock, const gradient::Settings& settings,
           const OperatorOptions& options);
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  /// Keeps the stores up to date until a stop: what a standby does as well.
  void watch(const std::stop_token& stop) { informers_.run(stop); }
  /// Reconciles, from when it is ready until a stop: what only the leader does.
  void reconcile(const std::stop_token& stop);
  /// The caches have synced, of all namespaces that can be listed and at least of one.
  bool ready() const { return informers_.namespaces().ready(); }
  /// The metrics of objects (object_metrics.h), while this reconciles: of a standby they would be
  /// there twice. Safe on any thread.
  void write_metrics(const std::function<void(std::string_view)>& write) const;

 private:
  void add_watches(const std::string& ns);
  void enqueue_dependents(const Ref& changed);
  void enqueue_parent(const kube::Key& child, const json::Json& object);
  void enqueue_synced();
  void enqueue_used_otherwise();
  void enqueue_for_resync(std::size_t round);
  void poll(const std::stop_token& stop);

  std::atomic<bool> is_reconciling_ = false;
  const kube::Clock& clock_;
  const gradient::Settings& settings_;

  // In this order, as each is given references to some above it. Callbacks lead down as well, from
  // the caches to the controllers: nothing calls them before watch() and reconcile() run, nor
  // after.
  const Triggers triggers_;
  Stores stores_;
  Dependents dependents_;
  PollingCache polled_;
  BackgroundReader reader_;
  ContentReferences content_references_;
  kube::EventRecorder events_;
  Reconcilers reconcilers_;
  Controllers controllers_;
  Informers informers_;
  StaleChildren stale_children_;
};

}  // namespace reconcile
