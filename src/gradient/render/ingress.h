#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

#include <string>
#include <vector>

namespace gradient {

/// What gives a deployment its host: an Ingress, or an HTTPRoute of the Gateway API, as the
/// configuration says.
json::Json ingress_or_route(const Parent& parent, const Exposure& exposure,
                            const Endpoint& endpoint);

/// The hosts of a live Ingress or HTTPRoute.
std::vector<std::string> hosts_of(const json::Json& ingress_or_route);

}  // namespace gradient
