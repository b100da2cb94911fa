#include "gradient/status/condition.h"

#include "gradient/status/text.h"

namespace gradient {
namespace {

using json::Json;

constexpr std::size_t longest_message = 4096;

const char* text(ConditionStatus status) {
  switch (status) {
    case ConditionStatus::True:
      return "True";
    case ConditionStatus::False:
      return "False";
    case ConditionStatus::Unknown:
      break;
  }
  return "Unknown";
}

}  // namespace

const Json& condition(const Json& status, const std::string& type) {
  return json::element_with(json::at(status, {"conditions"}), "type", type);
}

Json conditions(const std::vector<Condition>& list, const Parent& parent, const Json& previous,
                const std::string& now) {
  std::vector<Json> entries;
  for (const auto& entry : list) {
    const auto& before = condition(previous, entry.type);
    const auto since = json::string_at(before, {"lastTransitionTime"});
    const bool same = json::string_at(before, {"status"}) == text(entry.status) && !since.empty();
    entries.push_back(
        json::object({{"type", entry.type},
                      {"status", text(entry.status)},
                      {"observedGeneration", parent.generation},
                      {"lastTransitionTime", same ? since : now},
                      {"reason", entry.reason},
                      {"message", diagnosis::excerpt(entry.message, longest_message)}}));
  }
  return json::array(std::move(entries));
}

}  // namespace gradient
