#include "gradient/status/kstatus.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace gradient {
namespace {

/// Of a spec, this one or another's, that does not become right by waiting.
bool only_an_edit_helps(std::string_view reason) {
  constexpr std::array<std::string_view, 8> reasons{
      "InvalidSpec",         "UnknownInstanceType", "PodTemplateInvalid", "DatasetNotWritable",
      "DatasetNotShareable", "ClaimLost",           "InvalidImageName",   "SourceIsPlaceholder"};
  return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

}  // namespace

std::vector<Condition> kstatus_conditions(const Condition& ready, bool is_past_deadline) {
  if (ready.status == ConditionStatus::True) return {};
  const bool is_stalled = is_past_deadline || only_an_edit_helps(ready.reason);
  return {
      {is_stalled ? "Stalled" : "Reconciling", ConditionStatus::True, ready.reason, ready.message}};
}

}  // namespace gradient
