#include "reconcile/uses.h"

namespace reconcile {

void Uses::add(const kube::Key& dataset, const gradient::ContentUse& content) {
  by_dataset_.with([&](auto& all) { all[dataset] += content; });
}

gradient::ContentUse Uses::besides(const kube::Key& dataset, const gradient::ContentUse& written) {
  return by_dataset_.with([&](auto& all) -> gradient::ContentUse {
    const auto found = all.find(dataset);
    if (found == all.end()) return {};
    found->second = gradient::without(found->second, written);
    if (!found->second.empty()) return found->second;
    all.erase(found);
    return {};
  });
}

void Uses::forget(const kube::Key& dataset) {
  by_dataset_.with([&](auto& all) { all.erase(dataset); });
}

}  // namespace reconcile
