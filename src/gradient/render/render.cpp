#include "gradient/render/render.h"

#include "gradient/render/autoscaler.h"
#include "gradient/render/deployment.h"
#include "gradient/render/disruption_budget.h"
#include "gradient/render/ingress.h"
#include "gradient/render/labels.h"
#include "gradient/render/rollout.h"
#include "gradient/render/service.h"

namespace gradient {

Rendered render(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                const Settings& settings) {
  Rendered rendered{.objects = {},
                    .urls = urls(parent, spec.exposure, settings),
                    .rollout = rollout(spec, found, settings)};
  // The Service first, so that pods find its name when they start. What watches over the
  // Deployment comes after it.
  std::vector<json::Json> objects = {service(parent, spec.exposure),
                                     deployment(parent, spec, found, rendered.rollout, settings)};
  if (spec.autoscaled()) objects.push_back(autoscaler(parent, spec, settings));
  objects.push_back(disruption_budget(parent, spec));
  // With 0 replicas, too: the host stays the deployment's.
  if (found.host) {
    rendered.urls.external.clear();
  } else if (settings.endpoint) {
    objects.push_back(ingress_or_route(parent, spec.exposure, *settings.endpoint));
  }

  for (auto& object : objects) {
    if (object.is_null()) continue;
    rendered.objects.push_back(
        stamped(std::move(object), parent, deployment_labels(parent), Owner::Parent));
  }
  return rendered;
}

}  // namespace gradient
