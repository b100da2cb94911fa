// The rights of manifests/install.yaml are all that an operator of one namespace needs (KUBECONFIG
// of somebody who may grant them and act for others).

#include "base/base64.h"
#include "reconcile/clean_up.h"
#include "reconcile/rights.h"
#include "support/log.h"

#include <catch2/catch.hpp>

using live::Cluster;

namespace {

std::string deployment(const std::string& registry, const std::string& autoscaling) {
  return R"({"spec":{"image":"registry.example/a:1","containerRegistry":")" + registry +
         R"(","env":[{"name":"TOKEN","value":"SECRET:token"}],"repositories":{"dataset":"data",
         "repositories":[{"url":"https://git.example/a.git","name":"a"}]},
         "resources":{"instanceType":"C4","replicas":2)" +
         autoscaling + "}}}";
}

}  // namespace

TEST_CASE("the rights of the manifest are enough for everything that an operator does") {
  Cluster cluster;
  live::grant(cluster.client(), cluster.ns());
  const auto transport = live::granted_transport();
  const live::BoundClaim claim(cluster, "files");
  auto settings = gradient::default_settings();
  settings.endpoint = gradient::Endpoint{.domain = "a.example", .ingress_class = "test"};
  live::Running running(
      cluster,
      {.transport = transport.get(), .contends_as = "somebody", .settings = std::move(settings)});
  cluster.await("the rights", [&] { return running.ready(); });
  const Log log;

  cluster.apply(kube::secrets, "gradient-secrets",
                R"({"data":{"password":"eA==","token":"eA=="}})");
  cluster.apply(reconcile::datasets, "data", R"({"spec":{"size":"1Gi"}})");
  const std::string by_password =
      R"({"spec":{"server":"registry.example","username":"u","password":"SECRET:password"}})";
  cluster.apply(reconcile::registries, "registry", by_password);
  cluster.apply(
      reconcile::gradient_deployments, "demo",
      deployment("registry",
                 R"(,"autoscaling":{"maxReplicas":3,"metrics":[{"metric":"cpu","value":50}]})"));
  cluster.await("the autoscaler", [&] { return !cluster.seen().autoscalers.keys().empty(); });
  cluster.await("the Ingress", [&] { return !cluster.seen().ingresses.keys().empty(); });

  // What is taken away again: the autoscaler and the pull secret.
  // Its Secret must hold something usable: a registry that is not ready keeps the autoscaler.
  cluster.apply(kube::secrets, "mine",
                R"({"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":")" +
                    base::base64_encode(R"({"auths":{"registry.example":{"auth":"dTpw"}}})") +
                    R"("}})");
  cluster.apply(reconcile::registries, "registry",
                R"({"spec":{"server":null,"username":null,"password":null,"secretName":"mine"}})");
  cluster.apply(reconcile::gradient_deployments, "demo", deployment("registry", ""));
  cluster.await("no autoscaler and no pull secret", [&] {
    return cluster.seen().autoscalers.keys().empty() &&
           !cluster.client().get(kube::secrets, cluster.key("registry-pull"));
  });
  live::clean_up(cluster, running, R"({"freedBytes":1})");
  CHECK(log.text().find("orbidden") == std::string::npos);
}
