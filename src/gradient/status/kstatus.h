#pragma once

#include "gradient/status/condition.h"

#include <vector>

namespace gradient {

/// What kstatus reads beside Ready (sigs.k8s.io/cli-utils, pkg/kstatus/status), and with it Flux,
/// Argo CD, Helm 4 and kpt: Stalled where only an edit helps, else Reconciling while Ready is not
/// True. Each is there only while it is True, and says what `ready` says. `is_past_deadline`: the
/// Deployment has moved nothing for longer than its progress deadline.
std::vector<Condition> kstatus_conditions(const Condition& ready, bool is_past_deadline);

}  // namespace gradient
