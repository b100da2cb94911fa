#pragma once

#include "gradient/spec/parent.h"
#include "kube/http/client.h"
#include "reconcile/stores.h"

#include <stop_token>

namespace reconcile {

/// To be asked before a child is made that is missing: it may have gone with its parent, while the
/// stores do not know that yet, and the garbage collector would take what is made for a parent that
/// has gone as often as it is made. Throws a conflict then. Costs a request, but not before
/// the parent's first status: it is new.
void check_that_lives(kube::Client& client, Stores& stores, const gradient::Parent& parent,
                      const std::stop_token& stop);

}  // namespace reconcile
