#pragma once

#include "gradient/render/render.h"

#include <optional>

namespace reconcile {

/// What render makes, except that the helper image stays as it is where nothing else would replace
/// the pods of `live`, the Deployment in the cluster: it comes with the next change, or at once for
/// pods that have not come up.
gradient::Rendered children(const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
                            const gradient::Found& found, const gradient::Settings& settings,
                            const json::Shared& live);

}  // namespace reconcile
