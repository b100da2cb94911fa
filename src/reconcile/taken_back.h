#pragma once

#include "json/json.h"

#include <string>
#include <vector>

namespace reconcile {

/// What somebody had changed in a child, and a write of ours has changed back.
struct TakenBack {
  std::string manager;  ///< the field manager; empty: what was missing, which nobody owns
  std::vector<std::string> paths;  ///< "spec.template.spec.containers[app].image"
};

/// By the owners of the fields in `before`, a child as a GET returned it, of which `after` is what
/// the server made of `wanted`: nothing that an admission policy has changed, as the policy does it
/// again. Each manager once, in the server's order. Without the number of replicas (see replicas.h)
/// and what is not of the spec and not wanted. What is missing counts only where `before` was
/// applied from the same intent: else it is new.
std::vector<TakenBack> taken_back(const json::Json& before, const json::Json& wanted,
                                  const json::Json& after);

/// For an event of GradientDeployment `name`: "what kubectl-set changed in Deployment ns/demo is
/// reverted: spec.template.spec.containers[app].image; change spec.image of GradientDeployment demo
/// instead". `child` is "Deployment ns/demo", `kind` its kind.
std::string description(const TakenBack& change, const std::string& child, std::string_view kind,
                        const std::string& name);

}  // namespace reconcile
