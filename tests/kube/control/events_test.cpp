#include "kube/control/events.h"

#include "support/log.h"
#include "support/manual_clock.h"
#include "support/scripted_transport.h"

#include <catch2/catch.hpp>

#include <thread>

namespace {

using json::Json;
using kube::EventType;
using namespace std::chrono_literals;

constexpr const char* create_line = "POST /api/v1/namespaces/ns/events?fieldValidation=Strict";
constexpr const char* patch_line = "PATCH /api/v1/namespaces/ns/events/demo.*";

Json demo() {
  return json::parse(R"({"apiVersion":"example.dev/v1","kind":"Demo","metadata":)"
                     R"({"name":"demo","namespace":"ns","uid":"u-1","resourceVersion":"7"}})");
}

struct Scene {
  ScriptedTransport api;
  kube::Client client{api};
  ManualClock clock;
  kube::EventRecorder recorder{client, clock, "tests"};

  void record(const std::string& message = "text") { record(demo(), EventType::Warning, message); }
  void record(const Json& object, EventType type, const std::string& message) {
    recorder.record(object, type, "Reason", message);
    recorder.write_recorded();
  }
  Json sent(std::size_t request) const { return json::parse(api.requests().at(request).body); }
};

}  // namespace

TEST_CASE("an event tells who, what and when") {
  Scene scene;
  scene.api.expect(create_line);
  scene.record("something happened");
  auto event = scene.sent(0);
  const auto name = kube::key_of(event).name;
  CHECK(name.size() == std::string("demo.0123456789abcdef").size());
  event["metadata"].erase("name");
  CHECK(json::text(event) ==
        R"({"apiVersion":"v1","count":1,"firstTimestamp":"2026-01-31T12:00:00Z",)"
        R"("involvedObject":{"apiVersion":"example.dev/v1","kind":"Demo","name":"demo",)"
        R"("namespace":"ns","resourceVersion":"7","uid":"u-1"},"kind":"Event",)"
        R"("lastTimestamp":"2026-01-31T12:00:00Z","message":"something happened",)"
        R"("metadata":{"namespace":"ns"},"reason":"Reason","reportingComponent":"tests",)"
        R"("reportingInstance":"tests","source":{"component":"tests"},"type":"Warning"})");
}

TEST_CASE("a repeated event is counted on the first") {
  Scene scene;
  scene.api.expect(create_line);
  scene.api.expect(patch_line).with_body(R"({"count":2,"lastTimestamp":"2026-01-31T12:01:00Z"})");
  scene.record();
  scene.clock.advance(1min);
  scene.record();
}

TEST_CASE("another message, or another object, is another event") {
  Scene scene;
  for (int i = 0; i < 3; ++i)
    scene.api.expect(create_line);
  scene.record("one");
  scene.record("two");
  auto other = demo();
  other["metadata"]["uid"] = Json("u-2");
  scene.record(other, EventType::Warning, "one");
  CHECK(kube::key_of(scene.sent(0)).name != kube::key_of(scene.sent(1)).name);
  CHECK(kube::key_of(scene.sent(0)).name != kube::key_of(scene.sent(2)).name);
}

TEST_CASE("an event that the server has dropped is told anew") {
  Scene scene;
  scene.api.expect(create_line);
  scene.api.expect(patch_line).answer(404, R"({"kind":"Status","reason":"NotFound"})");
  scene.api.expect(create_line);
  scene.record();
  scene.record();
}

TEST_CASE("no failure to write an event is an exception") {
  Scene scene;
  SECTION("no answer") {
    scene.api.expect(create_line).fail("connection refused");
  }
  SECTION("no right") {
    scene.api.expect(create_line).answer(403);
  }
  SECTION("sent twice") {
    scene.api.expect(create_line).answer(409);
  }
  SECTION("nonsense") {
    scene.api.expect(create_line).answer(200, "<html>");
  }
  scene.record();
}

TEST_CASE("one object gets 25 events in a row, and one more every five minutes") {
  Scene scene;
  for (int i = 0; i < 26; ++i)
    scene.api.expect(create_line);
  for (int i = 0; i < 30; ++i)
    scene.record("message " + std::to_string(i));
  CHECK(scene.api.requests().size() == 25);
  scene.clock.advance(5min);
  scene.record("later");
  scene.record("too soon");
  CHECK(scene.api.requests().size() == 26);
}

TEST_CASE("what is well takes nothing from warnings") {
  Scene scene;
  for (int i = 0; i < 26; ++i)
    scene.api.expect(create_line);
  for (int i = 0; i < 30; ++i)
    scene.record(demo(), EventType::Normal, std::to_string(i));
  scene.record("a warning");
  CHECK(json::string_at(scene.sent(25), {"message"}) == "a warning");
}

TEST_CASE("a long message is cut between characters, a long name so that it stays a name") {
  Scene scene;
  scene.api.expect(create_line);
  auto object = demo();
  object["metadata"]["name"] = Json(std::string(235, 'a') + "." + std::string(17, 'b'));
  scene.record(object, EventType::Normal, std::string(1023, 'x') + "\u00e9");
  CHECK(json::string_at(scene.sent(0), {"message"}) == std::string(1023, 'x'));
  const auto name = kube::key_of(scene.sent(0)).name;
  CHECK(name.substr(0, 236) == std::string(235, 'a') + ".");
  CHECK(name.size() == 252);
}

TEST_CASE("events of an object without a namespace go to the default one") {
  Scene scene;
  scene.api.expect("POST /api/v1/namespaces/default/events?fieldValidation=Strict");
  auto object = demo();
  object["metadata"].erase("namespace");
  scene.record(object, EventType::Normal, "text");
}

TEST_CASE("whoever records an event does not wait until it is written") {
  Scene scene;
  scene.api.expect(create_line).hang();
  std::jthread writing([&](const std::stop_token& stop) { scene.recorder.run(stop); });
  scene.recorder.record(demo(), EventType::Warning, "Reason", "one");
  scene.api.await_hanging();
  scene.recorder.record(demo(), EventType::Warning, "Reason", "two");
  CHECK(scene.api.requests().size() == 1);
  CHECK(scene.api.totals() == std::vector<std::chrono::milliseconds>{3s});
  scene.api.expect(create_line);
  writing.request_stop();
  scene.api.release();
  writing.join();  // what is left is written before
  CHECK(json::string_at(scene.sent(1), {"message"}) == "two");
}

TEST_CASE("events that nobody takes are lost, which is told once") {
  Scene scene;
  const Log log;
  const auto lost = [&] {
    std::size_t times = 0;
    for (auto at = log.text().find("events are lost"); at != std::string::npos;
         at = log.text().find("events are lost", at + 1))
      ++times;
    return times;
  };
  for (std::size_t i = 0; i < kube::EventRecorder::most_waiting + 2; ++i) {
    auto object = demo();
    object["metadata"]["uid"] = Json(std::to_string(i));
    scene.recorder.record(object, EventType::Normal, "Reason", "text");
  }
  CHECK(lost() == 1);
}
