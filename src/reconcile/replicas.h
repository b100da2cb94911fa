#pragma once

#include "json/json.h"

#include <cstdint>
#include <string>
#include <vector>

/// spec.replicas of a Deployment that an autoscaler scales: render leaves the field out, so that no
/// apply takes back what the autoscaler has set.
///
/// Server-side apply removes a field that its manager has applied before and leaves out now, unless
/// another manager owns it too; `replicas` then falls back to its default of 1 and pods die. So the
/// number is handed to a manager of its own before (see ownership.h), as
/// https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership has it.
namespace reconcile {

/// Whether the Deployment `wanted` leaves the number of replicas to an autoscaler. False for other
/// kinds.
bool is_autoscaled(const json::Json& wanted);

/// minReplicas of the autoscaler among the children; 1 when there is none.
std::int64_t min_replicas(const std::vector<json::Json>& children);

/// Whether we own spec.replicas: then the next apply that leaves it out would remove it. By the
/// managedFields of a Deployment as a GET returns it: stores keep only some of them.
bool owns_replicas(const json::Json& fresh);

/// Who else set spec.replicas last: a field manager, through whatever subresource, or
/// gradient::unknown_scaler; empty when nobody else owns it. `fresh` as above.
std::string other_scaler(const json::Json& fresh);

/// What replicas_field_manager applies to give `deployment` that number, and to own it. It bears
/// the UID, so that a new Deployment of the name is refused it (409).
json::Json replicas_intent(const json::Json& deployment, std::int64_t replicas);

}  // namespace reconcile
