#pragma once

#include "json/json.h"

#include <string>

namespace reconcile {

/// The image that the helper containers of a live Deployment have, if its last rollout came to its
/// end; else "". Another image is no reason to replace pods that came up with this one, and may be
/// the remedy for pods that did not.
std::string settled_helper_image(const json::Json& deployment);

}  // namespace reconcile
