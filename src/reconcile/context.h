#pragma once

#include "gradient/spec/settings.h"
#include "kube/clock.h"
#include "kube/control/events.h"
#include "kube/http/client.h"
#include "reconcile/background_reader.h"
#include "reconcile/content_references.h"
#include "reconcile/dependents.h"
#include "reconcile/polling_cache.h"
#include "reconcile/stores.h"

#include <functional>
#include <set>

namespace reconcile {

/// What all reconcilers share. Everything in it may be used by several threads; it outlives them.
struct Context {
  kube::Client& client;
  const kube::Clock& clock;
  kube::EventRecorder& events;
  const gradient::Settings& settings;
  Stores& stores;
  Dependents& dependents;
  PollingCache& polled;
  BackgroundReader& reader;
  ContentReferences& content_references;
  /// Asks for a reconcile of every object that refers to this one.
  std::function<void(const Ref&)> notify;
  /// Asks for a reconcile of one of our own objects.
  std::function<void(const Ref&)> enqueue;
};

/// Notes that `dependent` refers to `target`, as Dependents::add() does. What was read of a new one
/// for others is read again.
void refer(Context& context, const Ref& dependent, const Ref& target);

/// That it refers to these and nothing else.
void refer_only(Context& context, const Ref& dependent, std::set<Ref> targets);

/// That it refers to nothing, and misses nothing: it has gone.
void refer_to_nothing(Context& context, const Ref& dependent);

}  // namespace reconcile
