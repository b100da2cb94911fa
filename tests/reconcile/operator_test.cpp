// A whole operator, with all its threads, against a server in memory.

#include "reconcile/operator.h"

#include "gradient/spec/settings.h"
#include "reconcile/fetching.h"
#include "reconcile/watched_server.h"
#include "support/skipping_clock.h"

#include <catch2/catch.hpp>

#include <thread>

namespace {

using namespace std::chrono_literals;

class Operating {
 public:
  explicit Operating(WatchedServer& server, std::vector<std::string> namespaces = {"ns"})
      : client_(server),
        operator_(client_, clock_, settings_, {.namespaces = std::move(namespaces), .workers = 8}),
        watching_([this](const std::stop_token& stop) { operator_.watch(stop); }),
        reconciling_([this](const std::stop_token& stop) { operator_.reconcile(stop); }) {}
  ~Operating() {
    reconciling_.request_stop();
    watching_.request_stop();
  }
  Operating(const Operating&) = delete;
  Operating& operator=(const Operating&) = delete;

  bool ready() const { return operator_.ready(); }
  SkippingClock& clock() { return clock_; }

 private:
  const gradient::Settings settings_ = gradient::default_settings();
  SkippingClock clock_;
  kube::Client client_;
  reconcile::Operator operator_;
  std::jthread watching_, reconciling_;
};

constexpr const char* plain =
    R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})";

}  // namespace

/// Edits have effect within a second each, while nobody reads more than a few logs at a time.
void check_goes_on(WatchedServer& server, const std::string& prefix) {
  for (const auto* const number : {"1", "2", "3", "4", "5"}) {
    server.put(reconcile::gradient_deployments, prefix + number, plain);
    CHECK(server.await([&] { return server.has(kube::deployments, prefix + number); }, 1s));
    CHECK(server.hanging("/log") <= 2);
  }
}

TEST_CASE("a kubelet that does not answer holds up no other deployment") {
  WatchedServer server;
  server.put(reconcile::models, "m", R"({"spec":{"source":{"url":"s3://bucket/m"}}})");
  for (int i = 0; i < 10; ++i)
    put_fetching(server, "fetching-" + std::to_string(i), "node-" + std::to_string(i % 3), 4);
  server.hang("/log");
  {
    const Operating running(server);
    for (int i = 0; i < 10; ++i)
      take_up(server, "fetching-" + std::to_string(i));
    REQUIRE(server.await([&] { return server.hanging("/log") > 0; }));
    check_goes_on(server, "edited-");
  }
  const Operating again(server);  // from the start all logs are wanted at once
  REQUIRE(server.await([&] { return server.hanging("/log") > 0; }));
  check_goes_on(server, "after-a-restart-");
}

TEST_CASE("an API server that takes no events holds up no deployment") {
  WatchedServer server;
  server.hang("/events");
  const Operating running(server);
  for (int i = 0; i < 12; ++i)
    server.put(reconcile::gradient_deployments, "wrong-" + std::to_string(i), R"({"spec":{}})");
  REQUIRE(server.await([&] { return server.hanging("/events") == 1; }));
  check_goes_on(server, "edited-");
  server.release("/events");
}

TEST_CASE("a namespace that cannot be listed keeps back no other, and is served when it can be") {
  WatchedServer server;
  SECTION("as it was deleted, and the Role with it") {
    server.refuse("/namespaces/gone/");
  }
  SECTION("as one right is missing") {
    server.refuse("/namespaces/gone/horizontalpodautoscalers");
  }
  server.put(reconcile::gradient_deployments, "web", plain, "gone");
  server.put(reconcile::gradient_deployments, "web", plain, "here");
  const Operating running(server, {"gone", "here"});
  REQUIRE(server.await([&] { return server.has(kube::services, "web", "here"); }, 3s));
  CHECK(running.ready());
  server.put(reconcile::gradient_deployments, "late", plain, "gone");
  server.put(reconcile::gradient_deployments, "late", plain, "here");
  REQUIRE(server.await([&] { return server.has(kube::services, "late", "here"); }, 2s));
  // Without all lists it is not known what there is.
  CHECK_FALSE(server.has(kube::services, "web", "gone"));
  CHECK_FALSE(server.has(kube::services, "late", "gone"));

  server.allow("/namespaces/gone/");
  server.allow("/namespaces/gone/horizontalpodautoscalers");
  CHECK(server.await([&] { return server.has(kube::deployments, "web", "gone"); }));
  CHECK(server.await([&] { return server.has(kube::deployments, "late", "gone"); }));
}

TEST_CASE("an operator is not ready while all its namespaces are refused") {
  WatchedServer server;
  server.refuse("/namespaces/");
  const Operating running(server, {"one", "two"});
  REQUIRE(server.await([&] { return server.asked("/namespaces/two/pods") > 1; }));
  CHECK_FALSE(running.ready());
}

TEST_CASE("a namespace that is refused later is served from what was seen") {
  WatchedServer server;
  server.put(reconcile::gradient_deployments, "web", plain, "gone");
  const Operating running(server, {"gone", "here"});
  REQUIRE(server.await([&] { return server.has(kube::deployments, "web", "gone"); }));
  server.refuse("/namespaces/gone/");
  server.put(reconcile::gradient_deployments, "web", plain, "here");
  CHECK(server.await([&] { return server.has(kube::deployments, "web", "here"); }, 2s));
  CHECK(running.ready());
}

TEST_CASE("who uses a Model is written once in half a minute, however many come") {
  WatchedServer server;
  server.put(reconcile::models, "m", R"({"spec":{"source":{"url":"https://x.example/m"}}})");
  Operating running(server);
  const auto written = [&] { return server.asked("/models/m/status"); };
  REQUIRE(server.await([&] { return written() == 1; }));
  const auto add = [&](const std::string& prefix) {
    for (const auto* const number : {"1", "2", "3", "4", "5"})
      server.put(reconcile::gradient_deployments, prefix + number,
                 R"({"spec":{"image":"example.com/app:1","models":[{"id":"m"}],
                     "resources":{"instanceType":"C4"}}})");
    REQUIRE(server.await([&] { return server.has(kube::deployments, prefix + "5"); }));
  };
  add("early-");
  CHECK(written() == 1);
  running.clock().skip(30s);
  REQUIRE(server.await([&] { return written() == 2; }));
  add("late-");
  CHECK(written() == 2);
  running.clock().skip(30s);
  CHECK(server.await([&] { return written() == 3; }));
}

TEST_CASE("a deployment costs three writes, one more for each further child, and none at rest") {
  struct Row {
    std::string resources;
    int writes;
  };
  const auto row = GENERATE(values<Row>({
      {R"("instanceType":"C4")", 3},               // Deployment, Service, status
      {R"("instanceType":"C4","replicas":2)", 4},  // disruption budget
      {R"("instanceType":"C4","autoscaling":{"enabled":true,"maxReplicas":3,
          "metrics":[{"metric":"cpu","summary":"average","value":50}]})",
       5},  // and autoscaler
  }));
  CAPTURE(row.resources);
  constexpr int count = 20;
  WatchedServer server;
  const auto name = [](int number) { return "web-" + std::to_string(number); };
  {
    const Operating running(server);
    for (int i = 0; i < count; ++i)
      server.put(reconcile::gradient_deployments, name(i),
                 R"({"spec":{"image":"example.com/app:1","resources":{)" + row.resources + "}}}");
    REQUIRE(server.await([&] { return server.writes() >= count * (1 + row.writes); }));
    server.put(reconcile::gradient_deployments, "last", plain);  // is looked at after them
    REQUIRE(server.await([&] { return server.asked("/gradientdeployments/last/status") > 0; }));
  }
  const auto all = count * (1 + row.writes) + 1 + 3;  // the users' own are counted, too
  CHECK(server.writes() == all);
  {
    const Operating again(server);
    server.put(reconcile::gradient_deployments, "later", plain);
    REQUIRE(server.await([&] { return server.asked("/gradientdeployments/later/status") > 0; }));
  }
  CHECK(server.writes() == all + 1 + 3);
}
