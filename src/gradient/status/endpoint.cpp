#include "gradient/status/endpoint.h"

#include "gradient/spec/names.h"
#include "gradient/status/condition.h"

namespace gradient {
namespace {

using json::Json;

/// The condition by which one of the route's parents does not serve it; null when none says so. A
/// controller that has not looked at the route yet has written none.
const Json& objection(const Json& parent_status) {
  for (const char* type : {"Accepted", "ResolvedRefs"}) {
    const auto& found = condition(parent_status, type);
    if (json::string_at(found, {"status"}) == "False") return found;
  }
  return json::null();
}

}  // namespace

bool is_unseen(const Json& route) {
  return json::elements_at(route, {"status", "parents"}).size() == 0;
}

std::vector<Blocker> endpoint_blockers(const Parent& parent, const Settings& settings,
                                       const Found& found, const Observed& observed) {
  if (!settings.endpoint) return {};
  if (found.host) return {*found.host};
  if (found.certificate) return {*found.certificate};
  const auto& route = observed.route;
  if (!route) return {};
  if (is_unseen(*route) &&
      json::string_at(*route, {"metadata", "creationTimestamp"}) < observed.long_ago) {
    const auto& endpoint = *settings.endpoint;
    return {{"RouteNotAccepted",
             "no controller has reported on HTTPRoute " + parent.ns + "/" + parent.name +
                 ": see whether Gateway " + endpoint.gateway_namespace + "/" +
                 endpoint.gateway_name +
                 " (endpoint.gateway in the operator's configuration) exists and its controller "
                 "runs"}};
  }
  for (const auto& status : json::elements_at(*route, {"status", "parents"})) {
    const auto& no = objection(status);
    if (no.is_null()) continue;
    return {{"RouteNotAccepted", "Gateway " + json::string_at(status, {"parentRef", "namespace"}) +
                                     "/" + json::string_at(status, {"parentRef", "name"}) +
                                     " does not serve HTTPRoute " + parent.ns + "/" + parent.name +
                                     ": " + json::string_at(no, {"reason"}) + ": " +
                                     json::string_at(no, {"message"})}};
  }
  return {};
}

}  // namespace gradient
