#include "reconcile/context.h"

#include <utility>

namespace reconcile {

void refer(Context& context, const Ref& dependent, const Ref& target) {
  if (context.dependents.add(dependent, target)) context.polled.invalidate(target);
}

void refer_only(Context& context, const Ref& dependent, std::set<Ref> targets) {
  for (const auto& target : targets)
    refer(context, dependent, target);
  context.dependents.set(dependent, std::move(targets));
}

void refer_to_nothing(Context& context, const Ref& dependent) {
  context.dependents.set(dependent, {});
  context.polled.set_incomplete(dependent, {});
}

}  // namespace reconcile
