#pragma once

#include "gradient/spec/settings.h"
#include "kube/client.h"
#include "kube/clock.h"
#include "kube/events.h"
#include "reconcile/dependents.h"
#include "reconcile/polled.h"
#include "reconcile/stores.h"
#include "reconcile/uses.h"

#include <functional>

namespace reconcile {

/// What all reconcilers share. Everything in it may be used by several threads; it outlives them.
struct Context {
  kube::Client& client;
  const kube::Clock& clock;
  kube::EventRecorder& events;
  const gradient::Settings& settings;
  Stores& stores;
  Dependents& dependents;
  Polled& polled;
  Uses& uses;
  /// Asks for a reconcile of every object that refers to this one.
  std::function<void(const Ref&)> notify;
  /// Asks for a reconcile of one of our own objects.
  std::function<void(const Ref&)> enqueue;
};

}  // namespace reconcile
