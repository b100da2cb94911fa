#include "gradient/spec/urls.h"

#include "gradient/spec/names.h"

namespace gradient {

std::string host(const Parent& parent, const Exposure& exposure, const Endpoint& endpoint) {
  return exposure.host.empty() ? names::host(parent, endpoint.domain) : exposure.host;
}

Urls urls(const Parent& parent, const Exposure& exposure, const Settings& settings) {
  Urls result{.in_cluster =
                  "http://" + parent.name + "." + parent.ns + ".svc." + settings.cluster_domain};
  if (const auto& endpoint = settings.endpoint)
    result.external =
        (endpoint->https ? "https://" : "http://") + host(parent, exposure, *endpoint);
  return result;
}

}  // namespace gradient
