// The operator while the API server restarts, if ./dev has started the one that KUBECONFIG names.

#include "reconcile/running.h"
#include "support/api_server.h"
#include "support/skip.h"

#include <catch2/catch.hpp>

TEST_CASE("an operator goes on after a restart of the API server, and writes nothing twice") {
  constexpr const char* plain =
      R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})";
  live::Cluster cluster;
  const live::Running running(cluster);
  const auto is_rolled_out = [&](const std::string& name) {
    const auto demo = cluster.seen().gradient_deployments.find(cluster.key(name));
    return demo && json::integer_at(*demo, {"status", "updatedReplicas"}) == 1;
  };
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("pods of the first", [&] { return is_rolled_out("demo"); });
  const auto written = running.written();

  if (!restart_api_server()) {
    support::skip("./dev cluster has not started the API server of KUBECONFIG");
    return;
  }
  cluster.apply(reconcile::gradient_deployments, "after", plain);
  // Not its pods: when the controller manager is back is its own affair.
  cluster.await("Deployment and status of the second", [&] {
    const auto after = cluster.seen().gradient_deployments.find(cluster.key("after"));
    return after && json::integer_at(*after, {"status", "observedGeneration"}) == 1 &&
           cluster.seen().deployments.find(cluster.key("after"));
  });
  auto since = running.written();
  std::erase_if(since, [](const auto& path) { return path.find("/after") != std::string::npos; });
  CHECK(since == written);
}
