#include "gradient/status/simple_status.h"

#include "gradient/status/condition.h"

namespace gradient {

using json::Json;

Json simple_status(const SimpleStatusInput& input) {
  auto status = input.fields.is_object() ? input.fields : Json::object();
  const auto ready = input.is_ready ? ConditionStatus::True : ConditionStatus::False;
  status["observedGeneration"] = Json(input.parent.generation);
  status["conditions"] = conditions({{"Ready", ready, input.reason, input.message}}, input.parent,
                                    input.previous, input.now);
  return status;
}

}  // namespace gradient
