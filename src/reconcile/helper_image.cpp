#include "reconcile/helper_image.h"

namespace reconcile {
namespace {

using json::Json;

/// By the condition of the deployment controller, which stays when pods come and go later.
bool is_rolled_out(const Json& deployment) {
  const auto& generation = json::at(deployment, {"metadata", "generation"});
  if (!json::equal(json::at(deployment, {"status", "observedGeneration"}), generation))
    return false;
  for (const auto& condition : json::elements_at(deployment, {"status", "conditions"})) {
    if (json::string_at(condition, {"type"}) == "Progressing")
      return json::string_at(condition, {"reason"}) == "NewReplicaSetAvailable";
  }
  return false;
}

}  // namespace

std::string settled_helper_image(const Json& deployment) {
  if (!is_rolled_out(deployment)) return {};
  for (const auto& container :
       json::elements_at(deployment, {"spec", "template", "spec", "initContainers"})) {
    const auto& command = json::elements_at(container, {"command"});
    if (command.size() > 0 && json::equal(*command.begin(), Json("gradient-sync")))
      return json::string_at(container, {"image"});
  }
  return {};
}

}  // namespace reconcile
