#include "reconcile/observer.h"

#include "gradient/spec/parent.h"
#include "gradient/spec/read_deployment.h"
#include "reconcile/world.h"
#include "support/log.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace {

struct Scenario : World {
  reconcile::ScaleConflicts scale_conflicts{clock};
  reconcile::Observer observer{client, clock, stores, reader, scale_conflicts};
  json::Json demo = put(reconcile::gradient_deployments, "demo", R"({"spec":{"image":"a:1",
      "models":[{"id":"m"}],"resources":{"instanceType":"C4","replicas":7}}})");
  json::Json previous;
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
  reconcile::Observer::Observation look() {
    return observer.observe(gradient::parent(demo), spec, previous);
  }
  /// Twice, with the reading in between.
  gradient::Observed observe() {
    look();
    read_all();
    auto observation = look();
    CHECK_FALSE(observation.is_pending);
    return std::move(observation.observed);
  }

  /// A pod whose model is being fetched, or is complete.
  void put_syncing(const std::string& name, bool ready, const std::string& node = "node-1",
                   const std::string& arguments = R"("model","--name","m")") {
    put_pod(name, "2026-01-01T00:00:01Z",
            R"("spec":{"nodeName":")" + node +
                R"(","initContainers":[{"name":"sync-m","restartPolicy":"Always","args":[)" +
                arguments + R"(]}]},"status":{"phase":"Running","conditions":[{"type":"Ready",
                "status":")" +
                (ready ? "True" : "False") +
                R"("}],"initContainerStatuses":[{"name":"sync-m",
                "state":{"running":{"startedAt":"2026-01-01T00:00:02Z"}}}]})");
  }
  Exchange& expect_line(const std::string& line, const std::string& pod = "a") {
    return server.expect("GET /api/v1/namespaces/ns/pods/" + pod + "/log?container=sync-m&*")
        .answer(200, line);
  }
};

constexpr const char* published = R"({"event":"published","model":"m","revision":"r"})";
constexpr const char* progress = R"({"event":"progress","model":"m","bytes":1})";

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

TEST_CASE_METHOD(Scenario, "a ReplicaSet that is refused pods is asked why, twice a minute") {
  put(kube::deployments, "demo", R"({"spec":{"replicas":7},"status":{"observedGeneration":1,
      "conditions":[{"type":"Progressing","status":"True","reason":"NewReplicaSetCreated",
      "message":"Created new replica set \"demo-5d4f8c7b9\""},{"type":"ReplicaFailure",
      "status":"True","reason":"FailedCreate","message":"no"}]}})");
  const auto expect_refusals = [&] {
    server
        .expect(
            "GET /api/v1/namespaces/ns/events?fieldSelector=involvedObject.kind%3DReplicaSet"
            "%2CinvolvedObject.name%3Ddemo-5d4f8c7b9%2Creason%3DFailedCreate&limit=500")
        .answer(200, R"({"items":[{"reason":"FailedCreate"}]})");
  };
  expect_refusals();
  CHECK(observe().events.size() == 1);
  CHECK(observer.requeue_after(spec, look(), {}) == reconcile::Observer::period);
  server.finish();
  clock.advance(30s);
  expect_refusals();
  observe();
}

TEST_CASE_METHOD(Scenario, "nothing is read while a deployment is looked at") {
  put_pending("a", "2026-01-01T00:00:01Z");
  const auto observation = look();
  CHECK(observation.is_pending);
  CHECK(observation.observed.events.empty());
  CHECK(observer.requeue_after(spec, observation, {}) == reconcile::Observer::period);
  expect_events("a");
  read_all();
  CHECK(news == std::vector<reconcile::Ref>{{"GradientDeployment", {"ns", "demo"}}});
  CHECK(server.totals() == std::vector<std::chrono::milliseconds>{3s});
}

TEST_CASE_METHOD(Scenario, "of many pods that are not ready the five youngest are asked about") {
  for (const char* const name : {"1", "2", "3", "4", "5", "6", "7"})
    put_pending(name, "2026-01-01T00:00:0" + std::string(name) + "Z");
  for (const char* const name : {"7", "6", "5", "4", "3"})
    expect_events(name);
  const auto pods = observe().pods;
  CHECK(pods.size() == 6);
  CHECK(pods.back().pods.size() == 2);
}

TEST_CASE_METHOD(Scenario, "a deployment is looked at again when all first results are there") {
  put_pending("a", "2026-01-01T00:00:01Z");
  put_pending("b", "2026-01-01T00:00:02Z");
  look();
  expect_events("b");
  reader.read_next({});
  CHECK(news.empty());
  expect_events("a");
  reader.read_next({});
  CHECK(news.size() == 1);
  SECTION("and then for each that has changed") {
    clock.advance(30s);
    look();
    expect_events("b");
    reader.read_next({});
    CHECK(news.size() == 1);
    expect_events("a").answer(200, R"({"items":[]})");
    reader.read_next({});
    CHECK(news.size() == 2);
  }
}

TEST_CASE_METHOD(Scenario, "a query without a result does not keep back the status") {
  put_pending("a", "2026-01-01T00:00:01Z");
  SECTION("that failed") {
    expect_events("a").fail("timed out");
    CHECK(observe().events.empty());
  }
  SECTION("that nobody has come to yet") {
    look();
    clock.advance(reconcile::BackgroundReader::first_result_timeout);
    CHECK_FALSE(look().is_pending);
  }
  SECTION("nor another, that comes before the first was served") {
    look();
    clock.advance(4s);
    put_pending("b", "2026-01-01T00:00:02Z");
    CHECK(look().is_pending);
    clock.advance(1s);
    CHECK_FALSE(look().is_pending);
  }
}

TEST_CASE_METHOD(Scenario, "the last line of a sync sidecar that works is read, if it is whole") {
  put_syncing("a", false);
  expect_events("a");
  SECTION("a whole one") {
    expect_line(progress);
    CHECK(observe().sync_lines.at("a/sync-m").at("bytes").as_integer() == 1);
  }
  SECTION("half of one") {
    expect_line(R"({"event":"prog)");
    CHECK(observe().sync_lines.empty());
  }
  SECTION("none yet") {
    expect_line("").answer(400, R"({"kind":"Status","message":"waiting to start","code":400})");
    CHECK(observe().sync_lines.empty());
  }
}

TEST_CASE_METHOD(Scenario, "a sidecar that says nothing is asked less and less often") {
  put_syncing("a", false);
  expect_events("a");
  expect_line("");
  CHECK(observe().sync_lines.empty());
  for (const auto pause : {2s, 4s, 8s, 16s}) {
    clock.advance(pause - 1ms);
    CHECK(observe().sync_lines.empty());
    server.finish();
    clock.advance(1ms);
    if (pause == 16s) expect_events("a");
    expect_line(pause == 16s ? progress : "");
    CHECK(observe().sync_lines.size() == (pause == 16s ? 1U : 0U));
  }
}

TEST_CASE_METHOD(Scenario, "a sidecar is asked again when its pod becomes ready") {
  put_syncing("a", false);
  expect_events("a");
  expect_line(progress);
  observe();
  put_syncing("a", true);
  expect_line(published);
  CHECK(look().is_pending);
  CHECK(observe().sync_lines.at("a/sync-m").at("event").as_string() == "published");
}

TEST_CASE_METHOD(Scenario, "a complete model is read when it has looked for newer content") {
  put_syncing("a", true, "node-1", R"("model","--name","m","--refresh-interval","86400")");
  previous = json::parse(R"({"content":{"models":[{"id":"m","revision":"r"}]}})");
  expect_line(published);
  observe();
  server.finish();
  const auto again = [&] { return observer.requeue_after(spec, look(), previous); };
  CHECK(again() == 24h + 30s);
  clock.advance(24h);
  CHECK(again() == 30s);
  clock.advance(30s);
  SECTION("and every half minute while it fetches that") {
    expect_line(progress);
    observe();
    CHECK(again() == 30s);
  }
  SECTION("and rests for as long again") {
    expect_line(published);
    observe();
    CHECK(again() == 24h + 30s);
  }
}

TEST_CASE_METHOD(Scenario, "a kubelet that fails is left alone for a minute, with all its pods") {
  const Log log;
  previous = json::parse(R"({"content":{"models":[{"id":"m","revision":"r"}]}})");
  for (const auto* const name : {"a", "b", "c"})
    put_syncing(name, true, "node-1", R"("model","--refresh-interval","3600")");
  put_syncing("d", true, "node-2", R"("model","--refresh-interval","3600")");
  expect_line("", "a").fail("no whole answer").then([&](const kube::Request&) {
    clock.advance(3s);
  });
  expect_line(published, "d");
  CHECK(observe().sync_lines.size() == 1);
  CHECK(observer.requeue_after(spec, look(), previous) == 1min);
  CHECK(look().observed.silent_nodes == std::set<std::string>{"node-1"});
  server.finish();
  clock.advance(59s);
  CHECK(observe().sync_lines.size() == 1);
  server.finish();
  CHECK(log.text().find("node=node-1") != std::string::npos);
  CHECK(log.text().find("node=node-1") == log.text().rfind("node=node-1"));
  clock.advance(1s);
  CHECK(look().observed.silent_nodes.size() == 1);  // until it answers
  for (const auto* const name : {"a", "b", "c"})
    expect_line(published, name);
  const auto observed = observe();
  CHECK(observed.sync_lines.size() == 4);
  CHECK(observed.silent_nodes.empty());
}

TEST_CASE_METHOD(Scenario, "a deployment is looked at when a node of its pods falls silent") {
  previous = json::parse(R"({"content":{"models":[{"id":"m","revision":"r"}]}})");
  put_syncing("a", true, "node-1", R"("model","--refresh-interval","3600")");
  expect_line(published);
  observe();
  news.clear();
  clock.advance(3600s + 30s);
  look();
  expect_line("").fail("no whole answer");
  read_all();
  CHECK(news.size() == 1);
  clock.advance(1min);
  look();
  expect_line("").fail("no whole answer");
  read_all();
  CHECK(news.size() == 1);  // it is known
}

TEST_CASE_METHOD(Scenario, "what cannot be read of one pod does not keep from reading of others") {
  previous = json::parse(R"({"content":{"models":[{"id":"m","revision":"r"}]}})");
  for (const auto* const name : {"a", "b"})
    put_syncing(name, true, "node-1", R"("model","--refresh-interval","3600")");
  expect_line("", "a").answer(403, R"({"kind":"Status","reason":"Forbidden"})");
  expect_line(published, "b");
  CHECK(observe().sync_lines.size() == 1);
}

TEST_CASE_METHOD(Scenario, "what was read stays known while a kubelet does not answer") {
  put_syncing("a", false);
  expect_events("a");
  expect_line(progress);
  observe();
  clock.advance(30s);
  expect_events("a");
  expect_line("").answer(502, R"({"kind":"Status","message":"i/o timeout","code":502})");
  CHECK(observe().sync_lines.size() == 1);
}

TEST_CASE_METHOD(Scenario, "the queries of a deployment that is gone are not read any more") {
  put_pending("a", "2026-01-01T00:00:01Z");
  look();
  observer.forget({"ns", "demo"});
  read_all();
  CHECK(server.requests().empty());
}
