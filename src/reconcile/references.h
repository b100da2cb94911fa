#pragma once

#include "reconcile/dependents.h"
#include "reconcile/polling_cache.h"

#include <set>

namespace reconcile {

/// Keeps what one of our objects refers to, in the index of dependents and in the cache of polled
/// objects. Safe to share between threads.
class References {
 public:
  References(Dependents& dependents, PollingCache& polled)
      : dependents_(dependents), polled_(polled) {}

  /// Also refers to `target`. Called before the target is looked at, so that no change in between
  /// goes unnoticed. What was polled for others is read again for a new reference.
  void add(const Ref& dependent, const Ref& target);
  /// Refers to these and nothing else; for new ones the same holds as for add().
  void replace(const Ref& dependent, std::set<Ref> targets);
  /// It has gone: refers to nothing, and waits for nothing.
  void remove(const Ref& dependent);

 private:
  Dependents& dependents_;
  PollingCache& polled_;
};

}  // namespace reconcile
