#include "base/hash.h"
#include "reconcile/fake_server.h"
#include "reconcile/world.h"
#include "support/count.h"
#include "support/log.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace {

const std::string path = "GET /api/v1/namespaces/ns/secrets/s";
const reconcile::Ref ref{"Secret", {"ns", "s"}};

struct Scenario : World {
  void expect_secret(const std::string& version) {
    server.expect(path).answer(200, R"({"metadata":{"name":"s","namespace":"ns","uid":"u",
        "resourceVersion":")" + version +
                                        R"("}})");
  }
  json::Shared find() { return polled.find(kube::secrets, {"ns", "s"}, {}); }
  void refresh(bool is_wanted = true) {
    polled.refresh([=](const reconcile::Ref&) { return is_wanted; }, {});
  }
  void expect_none() { server.expect(path).answer(404); }
};

const reconcile::Ref dependent{"GradientDeployment", {"ns", "demo"}};

}  // namespace

TEST_CASE_METHOD(Scenario, "an object is read once a minute, however often it is asked for") {
  expect_secret("1");
  find();
  clock.advance(54s);
  CHECK(find());
  server.finish();
  expect_secret("1");
  clock.advance(1s);
  CHECK(find());
  CHECK(notified.empty());
}

TEST_CASE_METHOD(Scenario, "an object that does not exist is not asked for again at once") {
  expect_none();
  CHECK_FALSE(find());
  CHECK_FALSE(find());
  refresh();
}

TEST_CASE_METHOD(Scenario, "what is missing and comes a second later is noticed at once") {
  expect_none();
  find();
  clock.advance(1s);
  expect_secret("1");
  refresh();
  CHECK(notified == std::vector{ref});
  server.finish();
  clock.advance(54s);  // from then on it is read as all are
  refresh();
}

TEST_CASE("what is missing is looked for the more seldom the longer it is") {
  FakeServer server;
  kube::Client client(server);
  ManualClock clock;
  reconcile::PollingCache polled(client, clock, [](const reconcile::Ref&) {});
  polled.find(kube::secrets, {"ns", "s"}, {});
  const auto reads_in = [&](std::chrono::seconds time) {
    const auto before = server.requests();
    for (auto passed = 0ms; passed < time; passed += 500ms) {
      clock.advance(500ms);
      polled.refresh([](const reconcile::Ref&) { return true; }, {});
    }
    return server.requests() - before;
  };
  CHECK(reads_in(30s) == 30);
  const auto of_next_minutes = reads_in(270s);
  CHECK(of_next_minutes > 50);
  CHECK(of_next_minutes < 90);
  reads_in(10min);
  CHECK(reads_in(10min) == 20);
}

TEST_CASE_METHOD(Scenario, "a Secret without the key that is needed counts as missing") {
  expect_secret("1");
  find();
  polled.set_incomplete(dependent, {ref});
  clock.advance(1s);
  expect_secret("1");
  refresh();
  CHECK(notified.empty());
  server.finish();
  clock.advance(1s);
  expect_secret("2");
  refresh();
  CHECK(notified == std::vector{ref});
  server.finish();
  SECTION("until nobody misses it") {
    polled.set_incomplete(dependent, {});
    clock.advance(1s);
    expect_secret("2");
    refresh();
    server.finish();
    clock.advance(54s);
    refresh();
  }
  SECTION("however often it changes") {
    for (int version = 3; version < 30; ++version) {
      polled.set_incomplete(dependent, {ref});
      clock.advance(2s);
      expect_secret(std::to_string(version));
      refresh();
    }
    server.finish();
    clock.advance(1s);  // it has been missing for a minute
    refresh();
  }
}

TEST_CASE_METHOD(Scenario, "of a thousand missing objects twenty are looked for in a second") {
  for (int i = 0; i < 1000; ++i) {
    server.expect("GET /api/v1/namespaces/ns/secrets/*").answer(404);
    polled.find(kube::secrets, {"ns", "s" + std::to_string(i)}, {});
  }
  server.finish();
  clock.advance(10min);
  expect_none();
  find();
  server.finish();
  clock.advance(1s);
  expect_none();  // the youngest first
  for (int i = 0; i < 9; ++i)
    server.expect("GET /api/v1/namespaces/ns/secrets/*").answer(404);
  refresh();
  server.finish();
  for (int i = 0; i < 10; ++i)
    server.expect("GET /api/v1/namespaces/ns/secrets/*").answer(404);
  clock.advance(500ms);
  refresh();
}

TEST_CASE("a thousand objects are read once a minute, and at most twenty in a second") {
  FakeServer server;
  kube::Client client(server);
  ManualClock clock;
  std::set<std::string> changed;
  reconcile::PollingCache polled(client, clock,
                                 [&](const reconcile::Ref& ref) { changed.insert(ref.key.name); });
  const auto set_all = [&](const std::string& value) {
    for (int i = 0; i < 1000; ++i)
      server.put(kube::secrets, "s" + std::to_string(i), R"({"data":{"a":")" + value + R"("}})");
  };
  set_all("eA==");
  for (int i = 0; i < 1000; ++i)
    polled.find(kube::secrets, {"ns", "s" + std::to_string(i)}, {});
  int most = 0;
  const auto pass = [&](std::chrono::seconds time) {
    const auto begin = server.requests();
    for (auto passed = 0ms; passed < time; passed += 500ms) {
      const auto before = server.requests();
      clock.advance(500ms);
      polled.refresh([](const reconcile::Ref&) { return true; }, {});
      most = std::max(most, server.requests() - before);
    }
    return server.requests() - begin;
  };
  set_all("eQ==");
  pass(60s);
  CHECK(changed.size() == 1000);
  CHECK(most <= 10);
  const auto reads = pass(550s);
  CHECK(reads >= 9'500);
  CHECK(reads <= 10'500);
  CHECK(most <= 10);
}

TEST_CASE_METHOD(Scenario, "of a Secret no value is kept, but whether it changes") {
  server.expect(path).answer(200, R"({"metadata":{"name":"s","namespace":"ns","uid":"u",
      "resourceVersion":"1","managedFields":[{"manager":"m"}],"annotations":{"gradient-operator.dev/mine":"x",
      "kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"a\":\"Y2FuYXJ5\"}}"}},
      "data":{"a":"Y2FuYXJ5","empty":""}})");
  const auto secret = find();
  CHECK(json::text(*secret).find("Y2FuYXJ5") == std::string::npos);
  CHECK(json::string_at(*secret, {"data", "a"}) == "sha256:" + base::sha256_hex("Y2FuYXJ5"));
  CHECK(json::string_at(*secret, {"data", "empty"}).empty());
  CHECK(json::string_at(*secret, {"metadata", "annotations", "gradient-operator.dev/mine"}) == "x");
  CHECK(json::at(*secret, {"metadata", "managedFields"}).is_null());
  SECTION("nor of one that is our own write") {
    polled.put(kube::secrets, json::parse(R"({"metadata":{"name":"s","namespace":"ns"},
                                              "data":{"a":"Y2FuYXJ5"}})"));
    CHECK(json::text(*find()).find("Y2FuYXJ5") == std::string::npos);
  }
  SECTION("and who needs one reads it") {
    server.expect(path).answer(200, R"({"metadata":{"name":"s","namespace":"ns"},
                                        "data":{"a":"Y2FuYXJ5"}})");
    const auto whole = polled.read(kube::secrets, {"ns", "s"}, {});
    CHECK(json::string_at(*whole, {"data", "a"}) == "Y2FuYXJ5");
  }
}

TEST_CASE_METHOD(Scenario, "what is missing does not wait until all else has been read") {
  for (int i = 0; i < 150; ++i) {
    server.expect("GET /api/v1/namespaces/ns/secrets/*")
        .answer(200, R"({"metadata":{"name":"a","namespace":"ns"}})");
    polled.find(kube::secrets, {"ns", "a" + std::to_string(i)}, {});
  }
  clock.advance(54s);
  expect_none();
  find();
  clock.advance(1s);
  expect_none();
  for (int i = 0; i < 9; ++i)
    server.expect("GET /api/v1/namespaces/ns/secrets/a*").answer(200, "{}");
  refresh();
  server.finish();
  for (int i = 0; i < 10; ++i)
    server.expect("GET /api/v1/namespaces/ns/secrets/a*").answer(200, "{}");
  refresh();
}

TEST_CASE_METHOD(Scenario, "whoever is new is not told what was true before") {
  expect_none();
  find();
  polled.invalidate(ref);
  CHECK_FALSE(find());  // it was read just now
  clock.advance(1s);
  polled.invalidate(ref);
  expect_secret("1");
  CHECK(find());
  CHECK(notified == std::vector{ref});  // the others are told
}

TEST_CASE_METHOD(Scenario, "what was read just before somebody new is read again within a second") {
  expect_secret("1");
  find();
  polled.invalidate(ref);
  CHECK(find());  // as it was read
  clock.advance(1s);
  expect_secret("2");
  refresh();
  CHECK(notified == std::vector{ref});
}

TEST_CASE_METHOD(Scenario, "everybody learns of a change, whoever reads it first") {
  expect_secret("1");
  find();
  clock.advance(1min);
  expect_secret("2");
  SECTION("one of those who need it") {
    find();
  }
  SECTION("the poll") {
    refresh();
  }
  CHECK(notified == std::vector{ref});
}

TEST_CASE_METHOD(Scenario, "an object that appears or goes is a change") {
  server.expect(path).answer(404);
  find();
  clock.advance(1min);
  expect_secret("1");
  refresh();
  clock.advance(1min);
  server.expect(path).answer(404);
  refresh();
  CHECK(notified == std::vector{ref, ref});
}

TEST_CASE_METHOD(Scenario, "our own write is no change, and is known at once") {
  server.expect(path).answer(404);
  find();
  polled.put(kube::secrets, json::parse(R"({"metadata":{"name":"s","namespace":"ns"}})"));
  CHECK(find());
  CHECK(notified.empty());
}

TEST_CASE_METHOD(Scenario, "what nobody needs any more is not read again") {
  expect_secret("1");
  find();
  clock.advance(1min);
  refresh(false);
}

TEST_CASE_METHOD(Scenario, "a read that fails is no change, and comes again after five seconds") {
  expect_secret("1");
  find();
  clock.advance(1min);
  server.expect(path).fail("connection reset");
  refresh();
  clock.advance(4s);
  refresh();
  server.finish();
  clock.advance(1s);
  expect_secret("1");
  refresh();
  CHECK(notified.empty());
}

TEST_CASE_METHOD(Scenario, "an API server that is away is told once, not for each Secret") {
  const std::string any = "GET /api/v1/namespaces/ns/secrets/*";
  for (const auto* const name : {"a", "b", "c"}) {
    server.expect(any).answer(404);
    polled.find(kube::secrets, {"ns", name}, {});
  }
  const Log log;
  for (int i = 0; i < 10; ++i) {
    clock.advance(5s);
    server.expect(any).fail("connection refused");
    refresh();
  }
  CHECK(count(log.text(), "cannot read Secrets") == 1);
  CHECK(server.totals().back() == 5s);
  clock.advance(5s);
  for (int i = 0; i < 3; ++i)
    server.expect(any).answer(404);
  refresh();
  CHECK(count(log.text(), "is answering again") == 1);
}

TEST_CASE_METHOD(Scenario,
                 "what is refused is told once for its namespace, and keeps back nothing") {
  const Log log;
  const std::string any = "GET /api/v1/namespaces/ns/secrets/*";
  for (const auto* const name : {"a", "b", "c"}) {
    server.expect(any).answer(404);
    polled.find(kube::secrets, {"ns", name}, {});
  }
  for (int round = 0; round < 3; ++round) {
    clock.advance(1min);
    server.expect("GET /api/v1/namespaces/ns/secrets/a").answer(403);
    server.expect("GET /api/v1/namespaces/ns/secrets/b").answer(500);
    server.expect("GET /api/v1/namespaces/ns/secrets/c").answer(403);
    refresh();
    server.finish();
    refresh();
  }
  CHECK(count(log.text(), "cannot read again") == 2);
  clock.advance(1min);
  for (int i = 0; i < 3; ++i)
    server.expect(any).answer(404);
  refresh();
  clock.advance(1min);
  server.expect(any).answer(403);
  for (int i = 0; i < 2; ++i)
    server.expect(any).answer(404);
  refresh();
  CHECK(count(log.text(), "cannot read again") == 3);
}

TEST_CASE_METHOD(Scenario, "a server that asks for time gets it") {
  expect_none();
  find();
  clock.advance(1s);
  server.expect(path).answer(429).retry_after(20);
  refresh();
  clock.advance(19s);
  refresh();
  server.finish();
  clock.advance(1s);
  expect_none();
  refresh();
}
