#pragma once

#include "gradient/spec/settings.h"
#include "json/json.h"

#include <functional>
#include <string>
#include <string_view>

/// Metrics for each object of ours: computed from the caches whenever they are asked for, so that a
/// series ends with its object and nothing is kept for it but facts_of().
namespace reconcile {

struct Stores;

/// What metrics say of an object, from its status: the Summary of its Store. Lines of fields
/// between tabs:
///
///     condition  TYPE  STATUS  REASON
///     content    repository/NAME or model/ID  UNIX TIME or empty  BYTES or empty
///     dataset    CLAIM  CAPACITY IN BYTES or empty
///     kept       checkouts, mirrors, largeFiles, models or unused  BYTES
std::string facts_of(const json::Json& object);

/// Hands the metrics of all objects to `write`, in Prometheus' text format and in pieces, so that
/// the whole, 8 MB for 10,000 deployments, is never in memory. Safe on any thread.
void write_object_metrics(const Stores& stores, const gradient::MetricLabels& labels,
                          const std::function<void(std::string_view)>& write);

}  // namespace reconcile
