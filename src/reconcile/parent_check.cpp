#include "reconcile/parent_check.h"

#include "reconcile/kinds.h"

#include <algorithm>
#include <array>

namespace reconcile {
namespace {

const kube::Kind& kind_of_parent(std::string_view name) {
  constexpr static std::array kinds{gradient_deployments, datasets, models, registries};
  const auto* const kind =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& each) { return each.kind == name; });
  if (kind == kinds.end()) throw std::logic_error("no parent is a " + std::string(name));
  return *kind;
}

}  // namespace

void check_that_lives(kube::Client& client, Stores& stores, const gradient::Parent& parent,
                      const std::stop_token& stop) {
  const kube::Key key{parent.ns, parent.name};
  const auto& kind = kind_of_parent(parent.kind);
  const auto known = stores.of(kind)->find(key);
  if (!known || json::integer_at(*known, {"status", "observedGeneration"}, -1) < 0) return;
  // A list, as the operator has no right to get one.
  const auto found =
      client.list(kind, key.ns, {.labels = {}, .fields = "metadata.name=" + key.name}, stop);
  const bool lives = std::any_of(found.begin(), found.end(), [&](const json::Json& object) {
    return kube::uid_of(object) == parent.uid && !kube::is_being_deleted(object);
  });
  if (!lives)
    throw kube::ApiError(409, "Conflict",
                         parent.kind + " " + kube::to_string(key) + " was deleted meanwhile");
}

}  // namespace reconcile
