#include "kube/cache/watch.h"

#include "support/manual_clock.h"
#include "support/scripted_transport.h"

#include <catch2/catch.hpp>

namespace {

using namespace std::chrono_literals;

constexpr const char* list_line = "GET /api/v1/namespaces/ns/pods?limit=500";

std::string pod(const std::string& name, const std::string& version) {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"ns","resourceVersion":")" + version +
         R"("}})";
}

std::string event(const std::string& type, const std::string& name, const std::string& version) {
  return R"({"type":")" + type + R"(","object":)" + pod(name, version) + "}";
}

std::string bookmark(const std::string& version) {
  return R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":")" + version +
         R"("}}})";
}

std::string list(const std::string& version, const std::vector<std::string>& items,
                 const std::string& next = "") {
  std::string text;
  for (const auto& item : items)
    text += (text.empty() ? "" : ",") + item;
  return R"({"kind":"PodList","metadata":{"resourceVersion":")" + version + R"(","continue":")" +
         next + R"("},"items":[)" + text + "]}";
}

std::string watch_line(const std::string& version) {
  return "GET /api/v1/namespaces/ns/pods?watch=true&allowWatchBookmarks=true&resourceVersion=" +
         version + "&timeoutSeconds=*";
}

/// Runs it on this thread until the script is at its end.
void run(kube::Watch& watch, ScriptedTransport& api, const ManualClock& clock) {
  const auto stop = api.stop().get_token();
  while (!stop.stop_requested()) {
    const auto step = watch.next();
    if (step.delay > 0ms && !clock.wait(step.delay, stop)) return;
    if (step.what == kube::WatchState::Step::What::List) {
      watch.list(step, stop);
      continue;
    }
    kube::Streams::End end;
    try {
      end.response = api.stream(
          watch.open(step), [&](std::string_view line) { watch.read(line); }, stop, 0ms);
    } catch (...) {
      end.failure = std::current_exception();
    }
    if (!stop.stop_requested()) watch.end(end);
  }
}

/// A watch of pods in "ns" against a script whose last exchange is the one that stops it.
struct Scene {
  ScriptedTransport api;
  kube::Client client{api};
  ManualClock clock;
  kube::Store store;
  std::vector<std::string> changes;  ///< "name version"
  kube::Watch watch{client,
                    store,
                    clock,
                    {.kind = kube::pods, .ns = "ns", .selector = {}},
                    [this](const kube::Key& key, const json::Json& object) {
                      changes.push_back(key.name + " " + kube::resource_version_of(object));
                    }};

  void run_until_watching(const std::string& version) {
    api.expect(watch_line(version)).then([this](const kube::Request&) {
      api.stop().request_stop();
    });
    run(watch, api, clock);
  }
};

using Changes = std::vector<std::string>;

}  // namespace

TEST_CASE("a watch lists, then follows every event") {
  Scene scene;
  CHECK_FALSE(scene.watch.has_synced());
  scene.api.expect(list_line).answer(200, list("5", {pod("a", "3"), pod("b", "4")}));
  scene.api.expect(watch_line("5"))
      .stream({event("ADDED", "c", "6"), event("MODIFIED", "a", "7"), event("DELETED", "b", "8"),
               bookmark("10")});
  scene.run_until_watching("10");
  CHECK(scene.changes == Changes{"a 3", "b 4", "c 6", "a 7", "b 8"});
  CHECK(scene.store.keys() == std::vector<kube::Key>{{"ns", "a"}, {"ns", "c"}});
  CHECK(scene.watch.has_synced());
}

TEST_CASE("objects of a list bear the kind that the list leaves out") {
  Scene scene;
  scene.api.expect(list_line).answer(200, list("5", {pod("a", "3")}));
  scene.run_until_watching("5");
  const auto object = scene.store.find({"ns", "a"});
  CHECK(json::string_at(*object, {"kind"}) == "Pod");
  CHECK(json::string_at(*object, {"apiVersion"}) == "v1");
}

TEST_CASE("what the store knows already is not handed on") {
  Scene scene;
  scene.store.put(json::parse(pod("a", "7")));  // the answer to our own write
  scene.api.expect(list_line).answer(200, list("5", {pod("a", "3")}));
  scene.api.expect(watch_line("5"))
      .stream(
          {event("MODIFIED", "a", "6"), event("MODIFIED", "a", "7"), event("MODIFIED", "a", "8")});
  scene.run_until_watching("8");
  CHECK(scene.changes == Changes{"a 8"});
}

TEST_CASE("all pages make one list, whatever their size") {
  static constexpr int count = 12;
  const auto size = GENERATE(1, 2, count - 1, count, count + 1);
  CAPTURE(size);
  Scene scene;
  Changes expected;
  std::string line = list_line;
  for (int begin = 0; begin < count; begin += size) {
    std::vector<std::string> items;
    for (int i = begin; i < std::min(begin + size, count); ++i) {
      items.push_back(pod("pod-" + std::to_string(i), "3"));
      expected.push_back("pod-" + std::to_string(i) + " 3");
    }
    const bool is_last = begin + size >= count;
    const auto token = is_last ? "" : "after-" + std::to_string(begin);
    scene.api.expect(line).answer(200, list("5", items, token));
    line = std::string(list_line) + "&continue=" + token;
  }
  scene.run_until_watching("5");
  CHECK(scene.changes == expected);
  CHECK(scene.store.size() == count);
}

TEST_CASE("pages that expire are listed again in one, and nothing is lost") {
  Scene scene;
  scene.api.expect(list_line).answer(200, list("5", {pod("a", "3")}, "more"));
  scene.api.expect(std::string(list_line) + "&continue=more").answer(410);
  scene.api.expect("GET /api/v1/namespaces/ns/pods")
      .answer(200, list("6", {pod("a", "3"), pod("b", "4")}));
  scene.run_until_watching("6");
  CHECK(scene.changes == Changes{"a 3", "b 4"});
}

TEST_CASE("after 410 in either form a list follows, and missed deletions are delivered") {
  Scene scene;
  scene.api.expect(list_line).answer(200, list("5", {pod("a", "3"), pod("b", "4")}));
  SECTION("as an answer") {
    scene.api.expect(watch_line("5")).answer(410);
  }
  SECTION("as an event") {
    scene.api.expect(watch_line("5"))
        .stream({R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})"});
  }
  scene.api.expect(list_line).answer(200, list("9", {pod("b", "7")}));
  scene.run_until_watching("9");
  CHECK(scene.changes == Changes{"a 3", "b 4", "b 7", "a 3"});
  CHECK(scene.store.keys() == std::vector<kube::Key>{{"ns", "b"}});
  CHECK(scene.clock.waits().empty());
}

TEST_CASE("a server that is away is asked for the same watch again") {
  Scene scene;
  scene.api.expect(list_line).answer(200, list("5", {}));
  scene.api.expect(watch_line("5")).fail("connection refused");
  scene.api.expect(watch_line("5")).answer(429, "").retry_after(40);
  scene.api.expect(watch_line("5")).stream({event("ADDED", "a", "6")}).fail("connection reset");
  scene.run_until_watching("6");
  const auto waits = scene.clock.waits();
  REQUIRE(waits.size() == 3);
  CHECK((waits[0] >= 800ms && waits[0] <= 1600ms));
  CHECK(waits[1] == 40s);
  CHECK((waits[2] >= 3200ms && waits[2] <= 6400ms));
  CHECK(scene.changes == Changes{"a 6"});
}

TEST_CASE("what is no event leads to a new list, not to an end") {
  const auto line = GENERATE(
      as<std::string>{}, "not JSON", R"({"type":"ADDED","object":{"kind":"Table"}})",
      R"({"type":"ODD","object":{}})",
      R"({"type":"ADDED","object":{"metadata":{"name":"x","resourceVersion":"6"},"spec":}})",
      R"({"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd is away"}})");
  CAPTURE(line);
  Scene scene;
  scene.api.expect(list_line).answer(200, list("5", {}));
  scene.api.expect(watch_line("5")).stream({line, event("ADDED", "never-read", "7")});
  scene.api.expect(list_line).answer(200, list("8", {pod("a", "8")}));
  scene.run_until_watching("8");
  CHECK(scene.changes == Changes{"a 8"});
  CHECK(scene.clock.waits().size() == 1);
}

TEST_CASE("what is no list is asked for again") {
  const auto* const body =
      GENERATE("", "<html>", R"({"kind":"Table"})",
               R"({"kind":"PodList","metadata":{"resourceVersion":"5"},"items":[{)");
  CAPTURE(body);
  Scene scene;
  scene.api.expect(list_line).answer(200, body);
  scene.api.expect(list_line).answer(403, R"({"kind":"Status","code":403})");
  scene.api.expect(list_line).answer(200, list("8", {pod("a", "8")}));
  scene.run_until_watching("8");
  CHECK(scene.clock.waits().size() == 2);
  CHECK(scene.changes == Changes{"a 8"});
}

TEST_CASE("a server restored from a backup is believed") {
  Scene scene;
  scene.api.expect(list_line).answer(200, list("100", {pod("a", "90"), pod("b", "95")}));
  scene.api.expect(watch_line("100")).answer(410);
  scene.api.expect(list_line).answer(200, list("50", {pod("a", "40")}));
  scene.run_until_watching("50");
  CHECK(scene.changes == Changes{"a 90", "b 95", "a 40", "b 95"});
  CHECK(scene.store.keys() == std::vector<kube::Key>{{"ns", "a"}});
}

TEST_CASE("a deletion of our own is not handed on") {
  Scene scene;
  scene.api.expect(list_line).answer(200, list("5", {pod("a", "3")}));
  scene.api.expect(watch_line("5"))
      .stream({event("DELETED", "a", "6")})
      .then([&](const kube::Request&) { scene.store.erase(json::parse(pod("a", "3"))); });
  scene.run_until_watching("6");
  CHECK(scene.changes == Changes{"a 3"});
}

TEST_CASE("a kind that may be absent counts as listed, is looked for every minute, and found") {
  constexpr const char* routes_line =
      "GET /apis/gateway.networking.k8s.io/v1/namespaces/ns/httproutes?limit=500";
  ScriptedTransport api;
  kube::Client client(api);
  const ManualClock clock;
  kube::Store store;
  store.put(json::parse(pod("of-before", "7")));
  std::vector<std::string> changes;
  kube::Watch watch(client, store, clock,
                    {.kind = kube::routes, .ns = "ns", .selector = {}, .may_be_absent = true},
                    [&](const kube::Key& key, const json::Json&) { changes.push_back(key.name); });
  const auto start = clock.now();
  api.expect(routes_line).answer(404, "404 page not found\n");
  api.expect(routes_line)
      .then([&](const kube::Request&) {
        CHECK(watch.has_synced());
        CHECK(watch.absent());
        CHECK(store.size() == 0);
        CHECK(clock.now() - start >= 60s);
      })
      .answer(200, R"({"kind":"HTTPRouteList","metadata":{"resourceVersion":"20"},"items":[)" +
                       pod("a", "15") + "]}");
  api.expect("GET /apis/gateway.networking.k8s.io/v1/namespaces/ns/httproutes?watch=true*")
      .then([&](const kube::Request&) {
        CHECK_FALSE(watch.absent());
        api.stop().request_stop();
      });
  run(watch, api, clock);
  CHECK(changes == std::vector<std::string>{"of-before", "a"});
}
