#pragma once

#include "kube/config/config.h"
#include "kube/http/client.h"
#include "support/granted_rights.h"

#include <catch2/catch.hpp>

#include <memory>
#include <vector>

namespace live {

inline constexpr kube::Kind roles{"rbac.authorization.k8s.io/v1", "Role", "roles"};
inline constexpr kube::Kind bindings{"rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"};

/// All rules of the manifest, in that namespace, for whom granted_transport() acts.
inline void grant(kube::Client& client, const std::string& ns) {
  auto rules = operator_rules();
  REQUIRE(rules.size() > 5);
  const auto apply = [&](const kube::Kind& kind, json::Json object) {
    object["apiVersion"] = json::Json(std::string(kind.api_version));
    object["kind"] = json::Json(std::string(kind.kind));
    object["metadata"] = json::object({{"name", "operator"}, {"namespace", ns}});
    client.apply(kind, object, "test", kube::Force::Yes);
  };
  apply(roles, json::object({{"rules", json::array(std::move(rules))}}));
  apply(bindings, json::parse(R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role",
                  "name":"operator"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io",
                  "kind":"User","name":"operator-under-test"}]})"));
}

/// To the server of KUBECONFIG, as somebody with no other rights.
inline std::unique_ptr<kube::Transport> granted_transport() {
  auto config = kube::load_config({}, {});
  config.impersonate_user = "operator-under-test";
  return kube::make_transport(config);
}

}  // namespace live
