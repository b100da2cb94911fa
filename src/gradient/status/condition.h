#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

#include <string>
#include <vector>

namespace gradient {

enum class ConditionStatus { True, False, Unknown };

/// What a metav1.Condition says; when and about which generation is added on the way out.
struct Condition {
  std::string type;
  ConditionStatus status = ConditionStatus::Unknown;
  std::string reason;  ///< CamelCase, never empty
  std::string message;
  bool operator==(const Condition&) const = default;
};

/// The condition of that type in a status; null when there is none.
const json::Json& condition(const json::Json& status, const std::string& type);

/// The list as it goes into the status. A condition whose status is that of `previous` keeps its
/// lastTransitionTime.
json::Json conditions(const std::vector<Condition>& list, const Parent& parent,
                      const json::Json& previous, const std::string& now);

}  // namespace gradient
