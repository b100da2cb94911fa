#pragma once

#include "reconcile/dependents.h"

#include <functional>

namespace reconcile {

/// What has objects reconciled. Both may be called by any thread.
struct Triggers {
  std::function<void(const Ref&)> enqueue;             ///< this object, which is one of our own
  std::function<void(const Ref&)> enqueue_dependents;  ///< all that refer to this object
};

}  // namespace reconcile
