#pragma once

#include "kube/http/client.h"

#include <string>
#include <vector>

namespace cli {

/// The objects of a child kind, complete with their kind. None of Ingresses and HTTPRoutes where
/// the cluster does not know them, or does not let the user see them.
std::vector<json::Json> children(kube::Client& client, const kube::Kind& kind,
                                 const std::string& ns, const kube::Selector& selector);

}  // namespace cli
