#include "reconcile/dependents.h"

namespace reconcile {

bool Dependents::add(const Ref& dependent, const Ref& target) {
  return data_.with([&](auto& data) {
    data.referred_by[target].insert(dependent);
    return data.refers_to[dependent].insert(target).second;
  });
}

void Dependents::set(const Ref& dependent, std::set<Ref> refers_to) {
  data_.with([&](Data& data) {
    const auto known = data.refers_to.find(dependent);
    if (known == data.refers_to.end() ? refers_to.empty() : known->second == refers_to) return;
    if (known != data.refers_to.end()) {
      for (const auto& target : known->second) {
        auto& dependents = data.referred_by[target];
        dependents.erase(dependent);
        if (dependents.empty()) data.referred_by.erase(target);
      }
      data.refers_to.erase(known);
    }
    for (const auto& target : refers_to)
      data.referred_by[target].insert(dependent);
    if (!refers_to.empty()) data.refers_to.emplace(dependent, std::move(refers_to));
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
