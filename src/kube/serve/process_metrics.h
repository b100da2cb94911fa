#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace kube {

/// The process collector that Prometheus' clients in other languages have (process_*): memory, CPU
/// time, threads, start.
std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace kube
