// What is missing and comes (KUBECONFIG of somebody who may write Secrets).

#include "reconcile/running.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

TEST_CASE("a Secret that comes a second later is noticed within two seconds") {
  live::Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::registries, "images",
                R"({"spec":{"server":"registry.example","username":"u",
                    "password":"SECRET:pull/password"}})");
  cluster.apply(reconcile::gradient_deployments, "web",
                R"({"spec":{"image":"registry.example/a:1","env":[{"name":"A",
                    "value":"SECRET:app/token"}],"resources":{"instanceType":"C4"}}})");
  const auto why_images = [&] {
    const auto object = cluster.seen().registries.find(cluster.key("images"));
    return object ? live::ready_reason(*object) : "";
  };
  cluster.await("both are missed", [&] {
    return cluster.why("web") == "SecretNotFound" && why_images() == "SecretNotFound";
  });
  kube::SteadyClock().wait(1s, {});  // what is to pass, not what is awaited

  cluster.apply(kube::secrets, "app", R"({"data":{"another":"eA=="}})");
  cluster.apply(kube::secrets, "pull", R"({"data":{"another":"eA=="}})");
  cluster.await(
      "the keys are missed",
      [&] {
        return cluster.why("web") == "SecretKeyNotFound" && why_images() == "SecretKeyNotFound";
      },
      2s);
  kube::SteadyClock().wait(1s, {});

  cluster.apply(kube::secrets, "app", R"({"data":{"token":"eA=="}})");
  cluster.apply(kube::secrets, "pull", R"({"data":{"password":"eA=="}})");
  cluster.await(
      "nothing is missed",
      [&] {
        return cluster.seen().deployments.find(cluster.key("web")) && why_images() == "Ready";
      },
      2s);
}
