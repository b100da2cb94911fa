#pragma once

#include "gradient/spec/blocker.h"
#include "gradient/spec/found.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/settings.h"
#include "gradient/status/observed.h"

#include <vector>

namespace gradient {

/// Why the configured endpoint is not to be had as it should: another deployment's host, a
/// certificate's Secret that is not there, or what the Gateway's controller says of the HTTPRoute.
/// One from before `observed.long_ago` that no controller has looked at has a Gateway that does not
/// exist, or that no controller serves.
std::vector<Blocker> endpoint_blockers(const Parent& parent, const Settings& settings,
                                       const Found& found, const Observed& observed);

/// Whether a controller may still look at the HTTPRoute.
bool is_unseen(const json::Json& route);

}  // namespace gradient
