#pragma once

#include "gradient/status/cause.h"
#include "gradient/status/status.h"
#include "gradient/status/template_fields.h"
#include "gradient/status/workload.h"

#include <optional>

namespace gradient::diagnosis {

/// Why the API server admits no pods of the newest revision (quota, LimitRange, Pod Security,
/// webhooks), and what helps; empty when nothing is refused. Such pods never exist: the
/// ReplicaSet's condition and events are all there is to see.
std::optional<Cause> not_created(const StatusInput& input, const TemplateFields& pod_template,
                                 const Workload& workload);

}  // namespace gradient::diagnosis
