#include "gradient/status/simple_status.h"

#include "gradient/status/condition.h"

namespace gradient {

using json::Json;

Json simple_status(const Parent& parent, bool ready, const std::string& reason,
                   const std::string& message, const Json& fields, const Json& previous,
                   const std::string& now) {
  auto status = fields.is_object() ? fields : Json::object();
  status["observedGeneration"] = Json(parent.generation);
  status["conditions"] = conditions(
      {{"Ready", ready ? ConditionStatus::True : ConditionStatus::False, reason, message}}, parent,
      previous, now);
  return status;
}

}  // namespace gradient
