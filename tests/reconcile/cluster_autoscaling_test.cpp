// Who owns spec.replicas, on a real API server (KUBECONFIG). A hand plays the autoscaler: without
// nodes there is nothing to measure.

#include "gradient/status/condition.h"
#include "reconcile/running.h"

#include <catch2/catch.hpp>

using live::Cluster;

TEST_CASE("autoscaling comes and goes without a dip, and its replicas are left to it") {
  std::atomic<std::int64_t> least{1000};
  Cluster cluster;
  const live::Running running(cluster);
  const auto spec = [](const std::string& image, const std::string& autoscaling) {
    return R"({"spec":{"image":")" + image + R"(","resources":{"instanceType":"C4","replicas":3)" +
           autoscaling + "}}}";
  };
  const std::string on =
      R"(,"autoscaling":{"maxReplicas":6,"metrics":[{"metric":"cpu","value":50}]})";
  const auto replicas = [&] {
    const auto live = cluster.seen().deployments.find(cluster.key("demo"));
    return live ? json::integer_at(*live, {"spec", "replicas"}) : -1;
  };
  cluster.apply(reconcile::gradient_deployments, "demo", spec("example.com/app:1", ""));
  cluster.await("three replicas", [&] { return replicas() == 3; });
  cluster.on_deployment([&](const json::Json& deployment) {
    least = std::min(least.load(), json::integer_at(deployment, {"spec", "replicas"}));
  });

  cluster.apply(reconcile::gradient_deployments, "demo", spec("example.com/app:1", on));
  cluster.await("the autoscaler", [&] { return !cluster.seen().autoscalers.keys().empty(); });
  cluster.client().merge_patch(kube::deployments, cluster.key("demo"),
                               json::parse(R"({"spec":{"replicas":5}})"), "autoscaler");
  cluster.apply(reconcile::gradient_deployments, "demo", spec("example.com/app:2", on));
  cluster.await("the new image", [&] {
    const auto live = cluster.seen().deployments.find(cluster.key("demo"));
    return json::string_at(
               json::elements_at(*live, {"spec", "template", "spec", "containers"}).at(0),
               {"image"}) == "example.com/app:2";
  });
  CHECK(replicas() == 5);

  cluster.apply(reconcile::gradient_deployments, "demo", spec("example.com/app:2", ""));
  cluster.await("three replicas again and no autoscaler",
                [&] { return replicas() == 3 && cluster.seen().autoscalers.keys().empty(); });
  CHECK(least >= 3);
}

TEST_CASE("a new autoscaled deployment starts at its lower bound") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"example.com/app:1",
      "resources":{"instanceType":"C4","replicas":3,"autoscaling":{"maxReplicas":6,
      "metrics":[{"metric":"cpu","value":50}]}}}})");
  cluster.await("three replicas", [&] {
    const auto live = cluster.seen().deployments.find(cluster.key("demo"));
    return live && json::integer_at(*live, {"spec", "replicas"}) == 3;
  });

  // What an autoscaler would leave at 0.
  cluster.client().merge_patch(kube::deployments, cluster.key("demo"),
                               json::parse(R"({"spec":{"replicas":0}})"), "kubectl");
  cluster.await("three replicas after somebody scaled to 0", [&] {
    const auto live = cluster.client().get(kube::deployments, cluster.key("demo"));
    return json::integer_at(*live, {"spec", "replicas"}) == 3;
  });
}

TEST_CASE("who scales the Deployment against the operator is told in the status") {
  Cluster cluster;
  live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})");
  cluster.await("status", [&] { return !cluster.why("demo").empty(); });
  const auto replicas = [&] {
    const auto live = cluster.client().get(kube::deployments, cluster.key("demo"));
    return json::integer_at(*live, {"spec", "replicas"});
  };
  const auto conflict = [&]() -> json::Json {
    const auto object = cluster.seen().gradient_deployments.find(cluster.key("demo"));
    return gradient::condition(json::at(*object, {"status"}), "ScaledByOthers");
  };
  const auto scale = [&](int to) {
    const auto request = kube::merge_patch_request(
        kube::deployments, cluster.key("demo"),
        json::object({{"spec", json::object({{"replicas", to}})}}), "their-autoscaler", "scale");
    REQUIRE(cluster.transport().send(request, {}, kube::Client::default_timeout).status == 200);
    cluster.await("the number taken back", [&] { return replicas() == 1; });
  };
  scale(3);
  CHECK(conflict().is_null());
  scale(4);
  cluster.await("the conflict", [&] { return !conflict().is_null(); });
  CHECK(json::string_at(conflict(), {"message"})
            .starts_with("their-autoscaler sets the replicas of Deployment demo again and again"));
  const auto told = conflict();
  scale(5);
  scale(3);
  CHECK(json::equal(conflict(), told));
}
