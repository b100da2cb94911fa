#pragma once

#include "gradient/spec/spec.h"
#include "json/reader.h"

#include <string>
#include <vector>

namespace gradient {

/// Reads {"metadata": {"labels", "annotations"}, "spec": a part of a PodSpec}. A null within it
/// counts as absent, as the two kinds of kubectl apply disagree about it. Of fields that Kubernetes
/// may have and this reader does not know the API server is the judge.
PodTemplate read_pod_template(json::ObjectReader& parts);

/// The init containers that run before the clones, in their order.
std::vector<std::string> run_first(const PodTemplate& pod_template);

}  // namespace gradient
