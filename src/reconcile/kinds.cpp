#include "reconcile/kinds.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace reconcile {

const kube::Kind& kind_of(const json::Json& object) {
  const auto name = json::string_at(object, {"kind"});
  const auto found = std::find_if(child_kinds.begin(), child_kinds.end(),
                                  [&](const kube::Kind& kind) { return kind.kind == name; });
  if (found == child_kinds.end()) throw std::logic_error("no child is a " + name);
  return *found;
}

bool is_older(const json::Json& one, const json::Json& other) {
  const auto made = [](const json::Json& object) {
    return std::pair(json::string_at(object, {"metadata", "creationTimestamp"}),
                     kube::uid_of(object));
  };
  return made(one) < made(other);
}

}  // namespace reconcile
