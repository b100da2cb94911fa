#include "reconcile/content_references.h"

namespace reconcile {

void ContentReferences::add(const kube::Key& dataset, const gradient::ContentUse& content) {
  by_dataset_.with([&](auto& all) { all[dataset] += content; });
}

gradient::ContentUse ContentReferences::unrecorded(const kube::Key& dataset,
                                                   const gradient::ContentUse& recorded) {
  return by_dataset_.with([&](auto& all) -> gradient::ContentUse {
    const auto found = all.find(dataset);
    if (found == all.end()) return {};
    found->second = gradient::without(found->second, recorded);
    if (!found->second.empty()) return found->second;
    all.erase(found);
    return {};
  });
}

void ContentReferences::forget(const kube::Key& dataset) {
  by_dataset_.with([&](auto& all) { all.erase(dataset); });
}

}  // namespace reconcile
