#include "reconcile/hosts.h"

#include "gradient/spec/parent.h"
#include "gradient/spec/read_deployment.h"

#include <compare>

namespace reconcile {
namespace {

using json::Json;

/// Of one deployment on the host; the least of them has it.
struct Claim {
  bool is_asked_only = false;  ///< by the spec, and nothing of it is live
  std::string created;         ///< RFC 3339; empty: it is gone, what it had is not
  kube::Key key;
  auto operator<=>(const Claim&) const = default;
};

std::string created(const Json& object) {
  return json::string_at(object, {"metadata", "creationTimestamp"});
}

bool may_get_it(const Json& deployment, const gradient::Settings& settings) {
  return !kube::is_being_deleted(deployment) && !gradient::is_paused(deployment) &&
         std::holds_alternative<gradient::DeploymentSpec>(
             gradient::read_deployment(deployment, settings));
}

/// By an Ingress or HTTPRoute that a deployment made.
std::optional<Claim> live_claim(const Json& child, const Stores& stores) {
  const auto& controller = kube::controller_of(child);
  if (json::string_at(controller, {"kind"}) != gradient_deployments.kind) return std::nullopt;
  const kube::Key owner{kube::key_of(child).ns, json::string_at(controller, {"name"})};
  const auto deployment = stores.gradient_deployments.find(owner);
  const bool is_there =
      deployment && kube::uid_of(*deployment) == json::string_at(controller, {"uid"});
  return Claim{
      .is_asked_only = false, .created = is_there ? created(*deployment) : "", .key = owner};
}

}  // namespace

std::optional<kube::Key> holder_of(const std::string& host, const Stores& stores,
                                   const gradient::Settings& settings) {
  std::optional<Claim> least;
  const auto consider = [&](std::optional<Claim> claim) {
    if (claim && (!least || *claim < *least)) least = std::move(claim);
  };
  const auto term = host_term(host);
  for (const auto* store : {&stores.ingresses, &stores.routes})
    for (const auto& child : store->indexed(term))
      consider(live_claim(child, stores));
  for (const auto& deployment : stores.gradient_deployments.indexed(term))
    if (may_get_it(deployment, settings))
      consider(Claim{
          .is_asked_only = true, .created = created(deployment), .key = kube::key_of(deployment)});
  return least ? std::optional(least->key) : std::nullopt;
}

}  // namespace reconcile
