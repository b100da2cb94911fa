#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/spec/spec.h"
#include "json/json.h"

namespace gradient {

/// What gives a deployment its host: an Ingress, or an HTTPRoute of the Gateway API, as the
/// configuration says.
json::Json ingress_or_route(const Parent& parent, const Endpoint& endpoint);

}  // namespace gradient
