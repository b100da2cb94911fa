#include "gradient/render/render.h"

#include "gradient/render/autoscaler.h"
#include "gradient/render/budget.h"
#include "gradient/render/exposure.h"
#include "gradient/render/labels.h"
#include "gradient/render/network.h"
#include "gradient/render/workload.h"

namespace gradient {

std::vector<json::Json> render(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                               const Settings& settings) {
  // The Service first, so that pods find its name when they start. What watches over the
  // Deployment comes after it.
  std::vector<json::Json> objects = {service(parent), deployment(parent, spec, found, settings)};
  if (spec.autoscaled()) objects.push_back(autoscaler(parent, spec, settings));
  objects.push_back(budget(parent, spec));
  // With 0 replicas, too: the host stays the deployment's.
  if (settings.endpoint && found.host_owner.empty())
    objects.push_back(exposure(parent, *settings.endpoint));

  std::vector<json::Json> children;
  for (auto& object : objects) {
    if (object.is_null()) continue;
    children.push_back(
        stamped(std::move(object), parent, deployment_labels(parent), Owner::Parent));
  }
  return children;
}

}  // namespace gradient
