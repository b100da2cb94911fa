#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

TEST_CASE("of several replicas it is said how many share a cause, the most frequent first") {
  const auto ready = Pod("demo-new-1").ready();
  const auto crashing = Pod("demo-new-2").app(backs_off(1, "Error"));
  const auto waiting_2 =
      Pod("demo-new-3").without_node("0/1 nodes are available: 1 Too many pods.");
  const auto waiting_3 =
      Pod("demo-new-4").without_node("0/1 nodes are available: 1 Too many pods.");
  CHECK(text_of(status(plain_spec(4),
                       observed({4, 4, 4, 1, 1}, {waiting_3, crashing, ready, waiting_2}))) ==
        "False Unschedulable: 2 of 4 pods (demo-new-3, ...): no node takes it (C4 requests 1 CPU, "
        "4Gi memory): "
        "0/1 nodes are available: 1 Too many pods.; 1 of 4 pods (demo-new-2): container app ended "
        "with exit code 1; see kubectl logs -n team demo-new-2 -c app --previous");
}

TEST_CASE("one replica of many that is not the first is found") {
  std::vector<Json> pods;
  for (int i = 1; i < 10; ++i)
    pods.push_back(Pod("demo-new-" + std::to_string(i)).ready());
  pods.push_back(Pod("demo-new-z").app(backs_off(137, "OOMKilled")));
  CHECK(text_of(status(plain_spec(10), observed({10, 10, 10, 9, 9}, pods))) ==
        "False OutOfMemory: 1 of 10 pods (demo-new-z): container app needed more memory than its "
        "limit of 16Gi; choose a larger spec.resources.instanceType than C4, or use less");
}

TEST_CASE("the newest revision decides, not what an older one left behind") {
  const auto old_one = Pod("demo-old-1").of("demo-old").app(backs_off(1, "Error"));
  const auto new_one = Pod().app(waits("ContainerCreating"));
  CHECK(text_of(status(plain_spec(), observed({1, 2, 1, 0, 0}, {old_one, new_one}))) ==
        "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1: container "
        "app is about to start");
}

TEST_CASE("pods that are being deleted tell nothing") {
  const auto gone = Pod("demo-new-0").app(backs_off(1, "Error")).deleted();
  const auto pod = Pod().ready();
  CHECK(text_of(status(plain_spec(), observed({1, 1, 1, 1, 1}, {gone, pod}))) ==
        "True Ready: 1 of 1 replica is available at http://demo.team.svc.cluster.local");
}

TEST_CASE("where the Deployment does not name its newest revision, its first pod tells") {
  auto world =
      observed({1, 2, 1, 1, 1},
               {Pod("demo-new-1").created("2026-01-02T10:30:00Z").app(backs_off(1, "Error")),
                Pod("demo-old-1").of("demo-old").created("2026-01-01T10:00:00Z").ready(),
                Pod("demo-old-2")
                    .of("demo-old")
                    .created("2026-01-02T10:40:00Z")
                    .app(backs_off(2, "Error"))});
  world.deployment = with_condition(*world.deployment, "Progressing", "Unknown", "DeploymentPaused",
                                    "Deployment is paused");
  CHECK(text_of(status(plain_spec(), world)) ==
        "False CrashLoop: pod demo-new-1: container app ended with exit code 1; see kubectl logs "
        "-n team demo-new-1 -c app --previous");
}

TEST_CASE("nothing is said of pods while the Deployment controller is behind") {
  auto world = observed({1, 1, 1, 1, 1}, {Pod().app(backs_off(1, "Error"))});
  world.deployment = not_taken_up(*world.deployment);
  CHECK(text_of(status(plain_spec(), world)) ==
        "Unknown RollingOut: the Deployment controller has not observed the change yet (a new pod "
        "is ready before an old one ends)");
}

TEST_CASE("a new revision that cannot come up shows while the old one serves") {
  const auto old_one = Pod("demo-old-1").of("demo-old").ready();
  const auto new_one = Pod().app(backs_off(1, "Error"));
  const auto made = status(plain_spec(), observed({1, 2, 1, 1, 1}, {old_one, new_one}));
  const std::string why =
      "pod demo-new-1: container app ended with exit code 1; see kubectl logs -n team demo-new-1 "
      "-c app --previous";
  CHECK(text_of(made) == "False CrashLoop: " + why);
  CHECK(text_of(made, "Available") ==
        "True MinimumReplicasAvailable: 1 of 1 replica is available at "
        "http://demo.team.svc.cluster.local");
  CHECK(text_of(made, "Progressing") ==
        "False CrashLoop: 1 of 1 replica is of the newest revision (a new pod is ready before an "
        "old one ends): " +
            why);
}
