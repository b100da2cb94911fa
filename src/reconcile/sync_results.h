#pragma once

#include "json/json.h"

#include <string>
#include <vector>

namespace reconcile {

/// How fetches ended that a status of a GradientDeployment tells of and the one before did not:
/// "Synced" for each repository and model that has other content, and the reason of ContentSynced
/// when that has become one of a helper's failures, or RefreshFailed.
std::vector<std::string> sync_results(const json::Json& previous, const json::Json& status);

}  // namespace reconcile
