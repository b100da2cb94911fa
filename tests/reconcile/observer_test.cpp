#include "reconcile/observer.h"

#include "gradient/spec/read_spec.h"
#include "reconcile/world.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace {

struct Scenario : World {
  reconcile::Observer observer{context};
  json::Json demo = put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"a:1",
      "models":[{"id":"m"}],"resources":{"instanceType":"C4","replicas":7}}})");
  gradient::DeploymentSpec spec =
      std::get<gradient::DeploymentSpec>(gradient::read_deployment(demo));

  Scenario() {
    put(kube::deployments, "demo", R"({"spec":{"replicas":7},"status":{"observedGeneration":1}})");
  }
  void put_pod(const std::string& name, const std::string& created, const std::string& rest) {
    put(kube::pods, name,
        R"({"metadata":{"labels":{"gradient-operator.dev/deployment":"demo"},
        "creationTimestamp":")" +
            created + R"(","ownerReferences":[{"kind":"ReplicaSet",
        "name":"demo-1","uid":"u","controller":true}]},)" +
            rest + "}");
  }
  void put_pending(const std::string& name, const std::string& created) {
    put_pod(name, created, R"("status":{"phase":"Pending"})");
  }
  Exchange& expect_events(const std::string& pod) {
    return server
        .expect("GET /api/v1/namespaces/ns/events?fieldSelector=involvedObject.uid%3Duid-of-" +
                pod + "&limit=500")
        .answer(200, R"({"items":[{"reason":"FailedScheduling"}]})");
  }
  gradient::Observed observe() { return observer.observe(gradient::parent(demo), spec, {}, {}); }
};

}  // namespace

TEST_CASE_METHOD(Scenario, "a pod that is not ready is asked for its events, twice a minute") {
  put_pending("a", "2026-01-01T00:00:01Z");
  expect_events("a");
  CHECK(observe().events.size() == 1);
  clock.advance(29s);
  CHECK(observe().events.size() == 1);
  server.finish();
  clock.advance(1s);
  expect_events("a");
  CHECK(observe().events.size() == 1);
}

TEST_CASE_METHOD(Scenario, "of many pods that are not ready the five youngest are asked about") {
  for (const char* const name : {"1", "2", "3", "4", "5", "6", "7"})
    put_pending(name, "2026-01-01T00:00:0" + std::string(name) + "Z");
  for (const char* const name : {"7", "6", "5", "4", "3"})
    expect_events(name);
  CHECK(observe().pods.size() == 7);
}

TEST_CASE_METHOD(Scenario, "a question without an answer does not keep back the status") {
  put_pending("a", "2026-01-01T00:00:01Z");
  expect_events("a").fail("timed out");
  CHECK(observe().events.empty());
}

TEST_CASE_METHOD(Scenario, "the last line of a sync sidecar that works is read, if it is whole") {
  put_pod("a", "2026-01-01T00:00:01Z", R"("spec":{"initContainers":[{"name":"sync-m",
      "restartPolicy":"Always","args":["model","--name","m"]}]},
      "status":{"phase":"Pending","initContainerStatuses":[{"name":"sync-m",
      "state":{"running":{"startedAt":"2026-01-01T00:00:02Z"}}}]})");
  expect_events("a");
  auto& log = server.expect("GET /api/v1/namespaces/ns/pods/a/log?container=sync-m&*");
  SECTION("a whole one") {
    log.answer(200, R"({"event":"progress","model":"m","bytes":1})");
    CHECK(observe().sync_lines.at("a/sync-m").at("bytes").as_integer() == 1);
  }
  SECTION("half of one") {
    log.answer(200, R"({"event":"prog)");
    CHECK(observe().sync_lines.empty());
  }
  SECTION("none yet") {
    log.answer(400, R"({"kind":"Status","message":"waiting to start","code":400})");
    CHECK(observe().sync_lines.empty());
  }
}

TEST_CASE_METHOD(Scenario, "a sidecar that has said nothing is soon asked again, and a ready one") {
  const auto put_syncing = [&](const std::string& ready) {
    put_pod("a", "2026-01-01T00:00:01Z",
            R"("spec":{"initContainers":[{"name":"sync-m",
        "restartPolicy":"Always","args":["model","--name","m"]}]},
        "status":{"phase":"Running","conditions":[{"type":"Ready","status":")" +
                ready + R"("}],
        "initContainerStatuses":[{"name":"sync-m",
        "state":{"running":{"startedAt":"2026-01-01T00:00:02Z"}}}]})");
  };
  const auto expect_line = [&](const std::string& line) {
    server.expect("GET /api/v1/namespaces/ns/pods/a/log?container=sync-m&*").answer(200, line);
  };
  put_syncing("False");
  expect_events("a");
  expect_line("");
  CHECK(observe().sync_lines.empty());
  clock.advance(2s);
  expect_line(R"({"event":"progress","model":"m","bytes":1})");
  CHECK(observe().sync_lines.size() == 1);
  put_syncing("True");
  expect_line(R"({"event":"published","model":"m","revision":"r"})");
  CHECK(observe().sync_lines.at("a/sync-m").at("event").as_string() == "published");
}
