#pragma once

#include "gradient/spec/parent.h"
#include "json/json.h"

#include <string>

namespace gradient {

/// Arguments of simple_status(), valid during that call only.
struct SimpleStatusInput {
  const Parent& parent;
  bool is_ready;
  std::string reason, message;  ///< of the condition Ready
  json::Json fields{};          ///< what stands beside the conditions: an object, or null
  const json::Json& previous;   ///< the live status; null when there is none
  std::string now;              ///< RFC 3339 in UTC
};

/// A status with the one condition Ready, for Dataset, Model and ContainerRegistry.
json::Json simple_status(const SimpleStatusInput& input);

}  // namespace gradient
