#include "gradient/status/simple_status.h"

#include "gradient/status/condition.h"
#include "gradient/status/kstatus.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace gradient {

using json::Json;

Json used_by(const std::vector<std::string>& users) {
  constexpr std::size_t most_names = 10;  // maxItems of the CRDs
  if (users.empty()) return {};
  const auto shown = static_cast<std::ptrdiff_t>(std::min(users.size(), most_names));
  return json::object(
      {{"count", static_cast<std::int64_t>(users.size())},
       {"names", json::strings(std::vector(users.begin(), users.begin() + shown))}});
}

Json simple_status(const SimpleStatusInput& input) {
  auto status = input.fields.is_object() ? input.fields : Json::object();
  const auto ready = input.is_ready ? ConditionStatus::True : ConditionStatus::False;
  if (!input.used_by.is_null()) status["usedBy"] = input.used_by;
  status["observedGeneration"] = Json(input.parent.generation);
  std::vector<Condition> list{{"Ready", ready, input.reason, input.message}};
  for (auto& entry : kstatus_conditions(list.front(), false))
    list.push_back(std::move(entry));
  status["conditions"] = conditions(list, input.parent, input.previous, input.now);
  return status;
}

}  // namespace gradient
