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

}  // namespace reconcile
