// Clean-up of a dataset on a real API server with its controllers (KUBECONFIG); the Job's pod ends
// by the test's hand.

#include "reconcile/clean_up.h"

#include <algorithm>

using live::Cluster;

TEST_CASE("a deployment that is deleted loses its checkouts by a Job, and the status says so") {
  Cluster cluster;
  const live::BoundClaim claim(cluster, "files");
  live::Running running(cluster);
  const auto content = live::clean_up(
      cluster, running,
      R"({"checkoutsBytes":4096,"modelsBytes":0,"freedBytes":81920,"young":0,"failed":0})");
  CHECK(json::at(content, {"checkouts"}).is_null());
  CHECK(json::integer_at(content, {"freedBytes"}) == 81920);
  CHECK(json::integer_at(content, {"checkoutsBytes"}) == 4096);

  const auto job = cluster.client().get(kube::jobs, cluster.key("collect-shared"));
  REQUIRE(job);
  CHECK(json::string_at(content, {"job"}) == kube::uid_of(*job));
  const auto written = running.written();
  CHECK(std::count_if(written.begin(), written.end(),
                      [](const auto& line) { return line.ends_with("/jobs"); }) == 1);
}
