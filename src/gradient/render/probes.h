#pragma once

#include "gradient/spec/spec.h"
#include "json/json.h"

#include <optional>

namespace gradient {

/// A probe of the app container; null when there is no check. Requests go to `default_port` unless
/// the check names one.
json::Json probe(const std::optional<HealthCheck>& check, int default_port);

/// A probe that is passed when something listens on the port.
json::Json listening_probe(int port);

}  // namespace gradient
