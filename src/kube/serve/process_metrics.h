#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace kube {

/// What Prometheus clients tell of their own process: memory, CPU time, threads, start.
std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace kube
