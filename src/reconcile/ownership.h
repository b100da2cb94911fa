#pragma once

#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace reconcile {

struct TakenEdits {
  json::Json managed_fields;  ///< what to send as metadata.managedFields
  std::string editors;        ///< whose they were: "kubectl-edit, k9s"
};

/// What others changed in an object's spec by a plain update (an edit by hand, a rollout undone by
/// kubectl) handed to `manager`, so that its next server-side apply removes what it does not want:
/// an apply leaves alone what somebody else owns, and is refused where that cannot stand beside
/// its own. Left with others: the number of replicas, labels and annotations of the pod template
/// (`kubectl rollout restart`), what is set through a subresource, and what another manager
/// applies.
///
/// `managed_fields` as the server sends it. Empty when there is nothing to take, or `manager` has
/// applied nothing.
std::optional<TakenEdits> with_edits_taken(const json::Json& managed_fields,
                                           std::string_view manager);

}  // namespace reconcile
