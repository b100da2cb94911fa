#include "reconcile/sync_results.h"

#include "gradient/status/condition.h"
#include "gradient/status/sync_reasons.h"

#include <algorithm>
#include <array>
#include <utility>

namespace reconcile {

std::vector<std::string> sync_results(const json::Json& previous, const json::Json& status) {
  constexpr std::array<std::pair<const char*, const char*>, 2> lists{
      {{"repositories", "name"}, {"models", "id"}}};
  std::vector<std::string> results;
  for (const auto& [list, name] : lists) {
    const auto& before = json::at(previous, {"content", list});
    for (const auto& entry : json::elements_at(status, {"content", list})) {
      const auto time = json::string_at(entry, {"syncedAt"});
      const auto& known = json::element_with(before, name, json::string_at(entry, {name}));
      if (!time.empty() && time != json::string_at(known, {"syncedAt"}))
        results.emplace_back("Synced");
    }
  }
  const auto reason_in = [](const json::Json& of) {
    return json::string_at(gradient::condition(of, "ContentSynced"), {"reason"});
  };
  const auto reason = reason_in(status);
  const auto& failures = gradient::diagnosis::sync_reasons;
  const bool is_failure = reason == "RefreshFailed" ||
                          std::find(failures.begin(), failures.end(), reason) != failures.end();
  if (is_failure && reason != reason_in(previous)) results.push_back(reason);
  return results;
}

}  // namespace reconcile
