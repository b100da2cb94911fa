#include "reconcile/dependents.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace reconcile {

bool Dependents::add(const Ref& dependent, const Ref& target) {
  return data_.with([&](auto& data) {
    data.referred_by[target].insert(dependent);
    return data.refers_to[dependent].insert(target).second;
  });
}

std::vector<Ref> Dependents::set(const Ref& dependent, std::set<Ref> refers_to) {
  return data_.with([&](Data& data) {
    auto& known = data.refers_to[dependent];
    std::vector<Ref> added;
    std::set_difference(refers_to.begin(), refers_to.end(), known.begin(), known.end(),
                        std::back_inserter(added));
    for (const auto& target : known) {
      if (refers_to.contains(target)) continue;
      auto& dependents = data.referred_by[target];
      dependents.erase(dependent);
      if (dependents.empty()) data.referred_by.erase(target);
    }
    for (const auto& target : added)
      data.referred_by[target].insert(dependent);
    known = std::move(refers_to);
    if (known.empty()) data.refers_to.erase(dependent);
    return added;
  });
}

std::vector<Ref> Dependents::of(const Ref& target) const {
  return data_.with([&](const Data& data) -> std::vector<Ref> {
    const auto found = data.referred_by.find(target);
    if (found == data.referred_by.end()) return {};
    return {found->second.begin(), found->second.end()};
  });
}

bool Dependents::any(const Ref& target) const {
  return data_.with([&](const Data& data) { return data.referred_by.contains(target); });
}

}  // namespace reconcile
