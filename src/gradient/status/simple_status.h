#pragma once

#include "gradient/spec/parent.h"
#include "json/json.h"

#include <string>
#include <vector>

namespace gradient {

/// `status.usedBy` of what these name, "KIND/NAME" in their order: {"count": 12, "names": [...]},
/// of which there are at most ten; null without any.
json::Json used_by(const std::vector<std::string>& users);

/// Arguments of simple_status(), valid during that call only.
struct SimpleStatusInput {
  const Parent& parent;
  bool is_ready;
  std::string reason, message;  ///< of the condition Ready
  json::Json fields{};          ///< what stands beside the conditions: an object, or null
  const json::Json& used_by;    ///< see used_by()
  const json::Json& previous;   ///< the live status; null when there is none
  std::string now;              ///< RFC 3339 in UTC
};

/// A status with the condition Ready, and those of kstatus_conditions(), for Dataset, Model and
/// ContainerRegistry.
json::Json simple_status(const SimpleStatusInput& input);

}  // namespace gradient
