#include "reconcile/scale_conflicts.h"

#include <algorithm>

namespace reconcile {
namespace {

constexpr int enough = 2;

}  // namespace

void ScaleConflicts::add(const kube::Key& deployment, const std::string& manager) {
  const auto now = clock_.now();
  all_.with([&](auto& all) {
    auto& writes = all[deployment].by_manager[manager];
    writes.count = writes.last + quiet < now ? 1 : writes.count + 1;
    writes.last = now;
  });
}

std::optional<ScaleConflicts::Conflict> ScaleConflicts::of(const kube::Key& deployment,
                                                           bool was_told) {
  const auto now = clock_.now();
  return all_.with([&](auto& all) -> std::optional<Conflict> {
    if (!was_told && !all.contains(deployment)) return {};
    auto& [by_manager, is_status_known] = all[deployment];
    if (was_told && !is_status_known) by_manager[""] = {.count = enough, .last = now};
    is_status_known = true;
    std::erase_if(by_manager, [&](const auto& entry) { return entry.second.last + quiet <= now; });
    std::optional<Conflict> found;
    for (const auto& [manager, writes] : by_manager) {
      if (writes.count < enough) continue;
      if (!found) found = {.manager = manager, .ends = writes.last + quiet};
      found->ends = std::max(found->ends, writes.last + quiet);
    }
    if (by_manager.empty() && !was_told) all.erase(deployment);
    return found;
  });
}

void ScaleConflicts::forget(const kube::Key& deployment) {
  all_.with([&](auto& all) { all.erase(deployment); });
}

}  // namespace reconcile
