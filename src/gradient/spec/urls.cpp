#include "gradient/spec/urls.h"

#include "gradient/spec/names.h"

namespace gradient {

Urls urls(const Parent& parent, const Settings& settings) {
  Urls result{.in_cluster =
                  "http://" + parent.name + "." + parent.ns + ".svc." + settings.cluster_domain};
  if (const auto& endpoint = settings.endpoint)
    result.external =
        (endpoint->https ? "https://" : "http://") + names::host(parent, endpoint->domain);
  return result;
}

}  // namespace gradient
