#include "kube/cache/watch_runner.h"

#include "support/manual_clock.h"
#include "support/scripted_transport.h"

#include <catch2/catch.hpp>

#include <latch>
#include <list>
#include <optional>

namespace {

using namespace std::chrono_literals;

std::string config_map(const std::string& name, const std::string& version) {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"ns","resourceVersion":")" + version +
         R"("}})";
}

std::string event(const std::string& name, const std::string& version) {
  return R"({"type":"MODIFIED","object":)" + config_map(name, version) + "}";
}

std::string list(const std::string& version, const std::string& items = "") {
  return R"({"kind":"ConfigMapList","metadata":{"resourceVersion":")" + version +
         R"("},"items":[)" + items + "]}";
}

constexpr const char* path = "GET /api/v1/namespaces/ns/configmaps?";
const auto list_line = std::string(path) + "limit=500";
const auto watch_line = std::string(path) + "watch=true*";

/// A watch of config maps that runs until the script is at its end.
struct Scene {
  ScriptedTransport api;
  kube::Client client{api};
  ManualClock clock;
  kube::Store store;
  std::vector<std::string> changes;
  kube::Watch watch{client,
                    store,
                    clock,
                    {.kind = kube::config_maps, .ns = "ns", .selector = {}},
                    [this](const kube::Key& key, const json::Json& object) {
                      changes.push_back(key.name + " " + kube::resource_version_of(object));
                    }};
  kube::WatchRunner runner{api, clock};

  void run() {
    runner.add(watch);
    runner.run(api.stop().get_token());
  }
  /// Lists nothing, and opens the stream; both by hand.
  void open() {
    api.expect(list_line).answer(200, list("5"));
    watch.list(watch.next(), {});
    static_cast<void>(watch.open(watch.next()));
  }
  /// The next request is the last one.
  void end_with(const std::string& line) {
    api.expect(line).then([this](const kube::Request&) { api.stop().request_stop(); });
  }
};

using Changes = std::vector<std::string>;

}  // namespace

TEST_CASE("a runner lists, follows what comes, and watches again where a stream ends") {
  Scene scene;
  scene.api.expect(list_line).answer(200, list("5", config_map("a", "3")));
  scene.api.expect(watch_line).stream({event("a", "6")});
  scene.api.expect(watch_line).stream({R"({"type":"ERROR","object":{"code":410}})"});
  scene.api.expect(list_line).answer(200, list("9", config_map("a", "8")));
  scene.end_with(watch_line);
  scene.run();
  CHECK(scene.changes == Changes{"a 3", "a 6", "a 8"});
}

TEST_CASE("an event waits for the answer to a write of ours, and later ones wait behind it") {
  Scene scene;
  std::optional<kube::Store::Write> write(std::in_place, scene.store, kube::Key{"ns", "a"});
  scene.open();
  auto& watch = scene.watch;
  watch.read(event("a", "6"));
  watch.read(event("b", "7"));
  watch.read_waiting();
  CHECK(watch.is_waiting());
  CHECK(scene.changes.empty());
  SECTION("until it comes") {
    scene.store.put(json::parse(config_map("a", "6")));
    write.reset();
    watch.read_waiting();
    CHECK_FALSE(watch.is_waiting());
    CHECK(scene.changes == Changes{"b 7"});
  }
  SECTION("or for as long as it may take") {
    scene.clock.advance(kube::Watch::write_wait);
    watch.read_waiting();
    CHECK_FALSE(watch.is_waiting());
    CHECK(scene.changes == Changes{"a 6", "b 7"});
  }
  SECTION("or until the stream ends") {
    watch.end({.response = {.status = 200}, .failure = nullptr});
    CHECK(scene.changes == Changes{"a 6", "b 7"});
  }
}

TEST_CASE("what is wrong with an event that waited ends its stream") {
  Scene scene;
  std::optional<kube::Store::Write> write(std::in_place, scene.store, kube::Key{"ns", "a"});
  scene.open();
  auto& watch = scene.watch;
  watch.read(event("a", "6"));
  watch.read(R"({"type":"ERROR","object":{"code":410}})");
  write.reset();
  watch.read_waiting();
  CHECK_FALSE(watch.is_waiting());
  CHECK_THROWS_AS(watch.read(event("b", "7")), kube::ApiError);
  watch.end({.response = {}, .failure = nullptr});
  CHECK(watch.next().what == kube::WatchState::Step::What::List);
}

TEST_CASE("lists that get no answer keep no stream from being opened") {
  Scene scene;
  scene.api.expect(list_line).answer(200, list("5"));
  scene.watch.list(scene.watch.next(), {});
  scene.api.finish();
  std::latch hanging(2);
  const auto stop_at_watch = [&](const kube::Request& request) {
    if (request.query.front().first != "watch") return hanging.count_down();
    hanging.wait();
    scene.api.stop().request_stop();
  };
  std::list<kube::Watch> others;
  for (int i = 0; i < 2; ++i) {
    scene.runner.add(others.emplace_back(
        scene.client, scene.store, scene.clock,
        kube::WatchOptions{.kind = kube::config_maps, .ns = "ns", .selector = {}},
        [](const kube::Key&, const json::Json&) {}));
  }
  for (int i = 0; i < 3; ++i)
    scene.api.expect(std::string(path) + "*").hang().then(stop_at_watch);
  scene.run();
}
