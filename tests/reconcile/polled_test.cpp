#include "reconcile/world.h"

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
  std::optional<json::Json> find() { return polled.find(kube::secrets, {"ns", "s"}, {}); }
  void refresh(bool is_wanted = true) {
    polled.refresh([=](const reconcile::Ref&) { return is_wanted; }, {});
  }
};

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
  server.expect(path).answer(404);
  CHECK_FALSE(find());
  CHECK_FALSE(find());
}

TEST_CASE_METHOD(Scenario, "whoever is new is not told what was true before") {
  server.expect(path).answer(404);
  find();
  polled.doubt(ref);
  CHECK_FALSE(find());  // it was read just now
  clock.advance(1s);
  polled.doubt(ref);
  expect_secret("1");
  CHECK(find());
  CHECK(notified == std::vector{ref});  // the others are told
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

TEST_CASE_METHOD(Scenario, "a read that fails is no change, and comes again with the next round") {
  expect_secret("1");
  find();
  clock.advance(1min);
  server.expect(path).fail("connection reset");
  refresh();
  expect_secret("1");
  refresh();
  CHECK(notified.empty());
}
