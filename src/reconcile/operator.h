#pragma once

#include "kube/cache/watch.h"
#include "kube/control/controller.h"
#include "reconcile/namespaces.h"
#include "reconcile/reconcilers.h"
#include "reconcile/stale_children.h"

#include <list>
#include <string>
#include <vector>

namespace reconcile {

struct OperatorOptions {
  std::vector<std::string> namespaces;  ///< empty: all
  int workers = 8;                      ///< for GradientDeployments; the other kinds have one each
};

/// The manager, as controller-runtime's: all watches, queues and reconcilers of one operator. Not
/// copyable; watch() and reconcile() may be called once each, on threads of their own.
class Operator {
 public:
  Operator(kube::Client& client, const kube::Clock& clock, const gradient::Settings& settings,
           const OperatorOptions& options);
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  /// Keeps the stores up to date until a stop: what a standby does as well.
  void watch(const std::stop_token& stop);
  /// Reconciles, from when it is ready until a stop: what only the leader does.
  void reconcile(const std::stop_token& stop);
  /// The stores are filled, of all namespaces that can be listed and at least of one.
  bool ready() const { return namespaces_.ready(); }

 private:
  void add_watch(const kube::WatchOptions& options, kube::Watch::OnChange on_change);
  void add_watches(const std::string& ns);
  void enqueue(const Ref& object);
  void enqueue_dependents(const Ref& changed);
  void enqueue_parent(const kube::Key& child, const json::Json& object);
  template <class Reconciler>
  kube::Reconcile calling(Reconciler& reconciler);
  void enqueue_synced();
  void await_idle(const std::vector<kube::Controller*>& controllers, const std::stop_token& stop);
  void poll(const std::stop_token& stop);
  void notice_kinds();
  kube::Controller* controller_of(std::string_view kind);

  kube::Client& client_;
  const kube::Clock& clock_;
  const gradient::Settings& settings_;
  // What the reconcilers share.
  const Triggers triggers_;
  Stores stores_;
  Dependents dependents_;
  PollingCache polled_;
  BackgroundReader reader_;
  ContentReferences content_references_;
  kube::EventRecorder events_;

  Reconcilers reconcilers_;
  kube::Controller deployments_, datasets_, models_, registries_;
  std::list<kube::Watch> watches_;
  Namespaces namespaces_;
  StaleChildren stale_children_;
  bool kind_was_absent_ = false;
};

}  // namespace reconcile
