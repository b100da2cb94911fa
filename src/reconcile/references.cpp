#include "reconcile/references.h"

#include <utility>

namespace reconcile {

void References::add(const Ref& dependent, const Ref& target) {
  if (dependents_.add(dependent, target)) polled_.invalidate(target);
}

void References::replace(const Ref& dependent, std::set<Ref> targets) {
  for (const auto& added : dependents_.set(dependent, std::move(targets)))
    polled_.invalidate(added);
}

void References::remove(const Ref& dependent) {
  dependents_.set(dependent, {});
  polled_.set_incomplete(dependent, {});
}

}  // namespace reconcile
