#include "reconcile/answers.h"

#include "reconcile/drift.h"

#include <functional>

namespace reconcile {
namespace {

std::size_t hash_of(const json::Json& live, const json::Json& wanted) {
  return std::hash<std::string>()(json::text(part_of(live, wanted)));
}

}  // namespace

bool Answers::keep(const kube::Kind& kind, const json::Json& wanted, const json::Json& answer) {
  const Name name{kube::key_of(wanted), kind.plural};
  const bool is_as_intended = as_intended(answer, wanted);
  changed_.with([&](auto& changed) {
    if (is_as_intended) {
      changed.erase(name);
    } else {
      changed.insert_or_assign(name, Answer{kube::uid_of(answer), hash_of(answer, wanted)});
    }
  });
  return is_as_intended;
}

bool Answers::explain(const kube::Kind& kind, const json::Json& wanted,
                      const json::Json& live) const {
  return changed_.with([&](const auto& changed) {
    const auto answer = changed.find({kube::key_of(wanted), kind.plural});
    return answer != changed.end() && answer->second.uid == kube::uid_of(live) &&
           answer->second.hash == hash_of(live, wanted);
  });
}

void Answers::forget(const kube::Key& key) {
  changed_.with([&](auto& changed) {
    std::erase_if(changed, [&](const auto& entry) { return entry.first.first == key; });
  });
}

}  // namespace reconcile
