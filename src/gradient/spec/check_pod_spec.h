#pragma once

#include "json/json.h"
#include "json/problem.h"

namespace gradient {

/// Adds a problem for what no pod of a Deployment can have, and for what is the operator's own, in
/// `pod_spec`, a part of a PodSpec without nulls and with the protocols of its ports. Of the rest
/// the API server is the judge, which does not always tell the path.
void check_pod_spec(const json::Json& pod_spec, const json::Path& path, json::Report& report);

}  // namespace gradient
