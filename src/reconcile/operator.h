#pragma once

#include "kube/cache/watch.h"
#include "kube/control/controller.h"
#include "reconcile/dataset_reconciler.h"
#include "reconcile/deployment_reconciler.h"
#include "reconcile/model_reconciler.h"
#include "reconcile/namespaces.h"
#include "reconcile/registry_reconciler.h"

#include <list>
#include <string>
#include <vector>

namespace reconcile {

struct OperatorOptions {
  std::vector<std::string> namespaces;  ///< empty: all
  int workers = 8;                      ///< for GradientDeployments; the other kinds have one each
};

/// All watches, queues and reconcilers of one operator. Not copyable; run() may be called once.
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
  void notify(const Ref& changed);
  template <class Reconciler>
  kube::Reconcile calling(Reconciler& reconciler);
  void serve_complete();
  void await_idle(const std::vector<kube::Controller*>& controllers, const std::stop_token& stop);
  void poll(const std::stop_token& stop);
  void find_left_over(const std::stop_token& stop);
  bool find_left_over(const kube::WatchOptions& place, const std::stop_token& stop);
  void notice_kinds();
  kube::Controller* controller_of(std::string_view kind);

  kube::Client& client_;
  const kube::Clock& clock_;
  Stores stores_;
  Dependents dependents_;
  PollingCache polled_;
  BackgroundReader reader_;
  ContentReferences content_references_;
  kube::EventRecorder events_;
  Context context_;
  DeploymentReconciler deployment_reconciler_;
  DatasetReconciler dataset_reconciler_;
  ModelReconciler model_reconciler_;
  RegistryReconciler registry_reconciler_;
  kube::Controller deployments_, datasets_, models_, registries_;
  std::list<kube::Watch> watches_;
  Namespaces namespaces_;
  /// Kinds that an earlier configuration may have made and this one does not.
  std::vector<kube::WatchOptions> left_over_;
  kube::Clock::TimePoint look_for_left_over_;
  bool kind_was_absent_ = false;
};

}  // namespace reconcile
