#pragma once

#include "reconcile/dependents.h"

#include <functional>

namespace reconcile {

/// Callbacks that put objects into their work queues. Any thread may call them.
struct Triggers {
  std::function<void(const Ref&)> enqueue;             ///< this object, which is one of our own
  std::function<void(const Ref&)> enqueue_dependents;  ///< all that refer to this object
};

}  // namespace reconcile
