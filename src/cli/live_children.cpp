#include "cli/live_children.h"

#include "kube/http/error.h"

namespace cli {

std::vector<json::Json> children(kube::Client& client, const kube::Kind& kind,
                                 const std::string& ns, const kube::Selector& selector) {
  std::vector<json::Json> found;
  try {
    found = client.list(kind, ns, selector);
  } catch (const kube::ApiError& error) {
    const bool is_rare = kind == kube::ingresses || kind == kube::routes;
    if (!is_rare || !(error.kind_not_served() || error.forbidden())) throw;
  }
  for (auto& child : found) {  // a list's items have neither
    child["apiVersion"] = json::Json(std::string(kind.api_version));
    child["kind"] = json::Json(std::string(kind.kind));
  }
  return found;
}

}  // namespace cli
