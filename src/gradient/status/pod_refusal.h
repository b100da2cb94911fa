#pragma once

#include "json/json.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The words with which the API server refuses pods to a ReplicaSet or Job, by the controller's
/// conditions and events.
namespace gradient::diagnosis {

/// Without the controller's words around it, and without the pod's name, which is a new one at each
/// attempt.
std::string refusal_text(const std::string& said);

struct PodRefusal {
  std::string text;  ///< empty: there is none
  std::string seen;  ///< RFC 3339 to the second
};
/// By the events of the controller `name`.
PodRefusal last_refusal(const std::vector<json::Json>& events, std::string_view name);

/// A quota of cpu or memory lets no container in that does not say how much it takes:
/// {"limits.cpu", "clone-app"} of "failed quota: compute: must specify limits.cpu for: clone-app".
/// Empty when it is not about that.
std::vector<std::pair<std::string, std::string>> unspecified_amounts(const std::string& refusal);

/// What else helps against it.
inline constexpr std::string_view defaults_remedy = "give the namespace a LimitRange with defaults";

}  // namespace gradient::diagnosis
