#include "reconcile/children.h"

#include "gradient/spec/helper_arguments.h"
#include "gradient/status/condition.h"
#include "reconcile/applier.h"
#include "reconcile/kinds.h"

#include <algorithm>

namespace reconcile {
namespace {

using json::Json;

/// By the condition of the deployment controller, which stays when pods come and go later.
bool is_rolled_out(const Json& deployment) {
  const auto& generation = json::at(deployment, {"metadata", "generation"});
  if (!json::equal(json::at(deployment, {"status", "observedGeneration"}), generation))
    return false;
  const auto& progressing = gradient::condition(json::at(deployment, {"status"}), "Progressing");
  return json::string_at(progressing, {"reason"}) == "NewReplicaSetAvailable";
}

/// The image of the helper containers, if the last rollout came to its end; else "". Another one is
/// no reason to replace pods that came up with this one, and may be the remedy for pods that did
/// not.
std::string settled_helper_image(const Json& deployment) {
  if (!is_rolled_out(deployment)) return {};
  for (const auto& container :
       json::elements_at(deployment, {"spec", "template", "spec", "initContainers"})) {
    if (gradient::is_helper(container)) return json::string_at(container, {"image"});
  }
  return {};
}

}  // namespace

gradient::Rendered children(const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
                            const gradient::Found& found, const gradient::Settings& settings,
                            const json::Shared& live) {
  const auto image = live ? settled_helper_image(*live) : "";
  if (!image.empty() && image != settings.sync_image) {
    // An upgrade of the operator must not restart every pod. Of what was applied the live object
    // keeps a hash and nothing more, so whether the image is all that has changed shows only in
    // what the spec becomes with the image of before.
    auto with_live_image = settings;
    with_live_image.sync_image = image;
    auto unchanged = gradient::render(parent, spec, found, with_live_image);
    const bool is_applied =
        std::any_of(unchanged.objects.begin(), unchanged.objects.end(), [&](const Json& child) {
          return kind_of(child) == kube::deployments && has_same_intent(*live, child);
        });
    if (is_applied) return unchanged;
  }
  return gradient::render(parent, spec, found, settings);
}

}  // namespace reconcile
