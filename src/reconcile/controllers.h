#pragma once

#include "kube/clock.h"
#include "kube/control/controller.h"
#include "reconcile/dependents.h"
#include "reconcile/reconcilers.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace reconcile {

/// The controllers of our four kinds: each joins a reconciler with a work queue and its workers.
/// Safe to share between threads.
class Controllers {
 public:
  /// Objects of a namespace are left alone until its caches have synced; they have to be enqueued
  /// then.
  using HasSynced = std::function<bool(const std::string& ns)>;

  /// `workers`: of GradientDeployments; the other kinds have one each. What is given has to outlive
  /// this.
  Controllers(Reconcilers& reconcilers, const kube::Clock& clock, int workers,
              HasSynced has_synced);
  Controllers(const Controllers&) = delete;
  Controllers& operator=(const Controllers&) = delete;

  /// An object of one of our kinds. May also be called before start().
  void enqueue(const Ref& object) { of(object.kind).enqueue(object.key); }
  /// That of one of our kinds, as simulations drive it.
  kube::Controller& of(std::string_view kind);

  /// Starts the workers: first of the kinds that are referred to, and of GradientDeployments when
  /// the others have nothing left to do, or after two seconds. Their threads end after a stop.
  [[nodiscard]] std::vector<std::jthread> start(const std::stop_token& stop);

 private:
  template <class Reconciler>
  kube::Reconcile calling(Reconciler& reconciler);
  bool are_referred_to_idle() const;

  const kube::Clock& clock_;
  HasSynced has_synced_;
  kube::Controller deployments_, datasets_, models_, registries_;
};

}  // namespace reconcile
