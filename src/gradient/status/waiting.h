#pragma once

#include "gradient/status/template_fields.h"
#include "gradient/status/workload.h"

#include <string>

namespace gradient::diagnosis {

/// What the first pod that is not ready is waiting for, "; pod demo-1 waits for a node", where
/// nothing is known to be wrong. Empty when all are ready.
std::string waiting_for(const Workload& workload, const TemplateFields& pod_template);

}  // namespace gradient::diagnosis
