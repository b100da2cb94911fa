#include "sync/volume/owner.h"

#include <catch2/catch.hpp>

using namespace content;
using namespace std::chrono_literals;

namespace {

/// A looker with a clock of its own, which looks at what the file says.
struct Looker {
  Owner self{.id = "looker",
             .process = "p1",
             .uid = "pod-1",
             .container = "clone-app",
             .node = "node-1",
             .boot = "boot-2"};
  Observation observation{self};
  Observation::Time now{1h};

  Life look(const std::optional<Owner>& found) { return observation.look(found, now, now + 10ms); }
  /// Every five seconds of `time`; the last verdict.
  Life look_for(std::chrono::seconds time, const std::optional<Owner>& found) {
    auto life = look(found);
    for (const auto end = now + time; now < end;) {
      now += 5s;
      life = look(found);
    }
    return life;
  }
};

Owner another(std::int64_t counter) {
  return {.id = "another",
          .process = "p2",
          .counter = counter,
          .pod = "demo-1",
          .uid = "pod-2",
          .container = "clone-app",
          .node = "node-2",
          .boot = "boot-1"};
}

}  // namespace

TEST_CASE("an owner is read as it was written, and is long enough to be written over") {
  auto owner = another(17);
  owner.bytes = 31;
  owner.total = 98;
  owner.has_ended = true;
  const auto text = text_of(owner);
  CHECK(text.size() >= 512);
  const auto read = read_owner(text);
  REQUIRE(read);
  CHECK(text_of(*read) == text);
  CHECK(read->counter == 17);
  CHECK(read->total == 98);
}

TEST_CASE("what is no owner's file is told apart") {
  CHECK_FALSE(read_owner(""));
  CHECK_FALSE(read_owner("{"));
  CHECK_FALSE(read_owner("[]"));
  CHECK_FALSE(read_owner(R"({"counter": 1})"));
}

TEST_CASE("an owner whose counter changes lives, however long that takes") {
  Looker looker;
  CHECK(looker.look(another(1)) == Life::Unknown);
  looker.now += 10s;
  CHECK(looker.look(another(2)) == Life::Alive);
  CHECK(looker.look_for(95s, another(2)) == Life::Alive);
  CHECK(looker.look_for(10s, another(3)) == Life::Alive);
}

TEST_CASE("an owner whose counter stands still for 100 s is dead") {
  Looker looker;
  CHECK(looker.look_for(95s, another(1)) == Life::Unknown);
  CHECK(looker.look_for(5s, another(1)) == Life::Dead);
}

TEST_CASE("an owner that renews more often is dead sooner") {
  Looker looker;
  auto quick = another(1);
  quick.renewal = 2s;
  CHECK(looker.look_for(15s, quick) == Life::Unknown);
  CHECK(looker.look_for(5s, quick) == Life::Dead);
}

TEST_CASE("a folder that never gets an owner's file is dead after 100 s") {
  Looker looker;
  CHECK(looker.look_for(95s, {}) == Life::Unknown);
  CHECK(looker.look_for(5s, {}) == Life::Dead);
}

TEST_CASE("another claim under the same name is looked at from its beginning") {
  Looker looker;
  looker.look_for(95s, another(1));
  auto next = another(1);
  next.id = "next";
  CHECK(looker.look_for(95s, next) == Life::Unknown);
  CHECK(looker.look_for(5s, next) == Life::Dead);
}

TEST_CASE("while the looker's own writes fail nobody dies") {
  Looker looker;
  looker.look_for(95s, another(1));
  for (int i = 0; i < 100; ++i) {
    looker.now += 5s;
    CHECK(looker.observation.look(another(1), looker.now, std::nullopt) != Life::Dead);
  }
  CHECK(looker.look_for(95s, another(1)) == Life::Unknown);
  CHECK(looker.look_for(5s, another(1)) == Life::Dead);
}

TEST_CASE("a looker that was paused, or whose write hung, has seen nothing of that time") {
  Looker looker;
  looker.look_for(50s, another(1));
  SECTION("paused between two looks") {
    looker.now += 1h;
  }
  SECTION("hung while it looked") {
    looker.observation.look(another(1), looker.now, looker.now + 1h);
    looker.now += 1h;
  }
  CHECK(looker.look_for(95s, another(1)) == Life::Unknown);
  CHECK(looker.look_for(5s, another(1)) == Life::Dead);
}

TEST_CASE("who has ended, or cannot live any more, is dead at once") {
  Looker looker;
  auto owner = another(1);
  SECTION("it said so") {
    owner.has_ended = true;
  }
  SECTION("the same container of the same pod has begun anew") {
    owner.uid = looker.self.uid;
  }
  CHECK(looker.look(owner) == Life::Dead);
}

TEST_CASE("who was on this node before it booted is dead after 30 s, as names are not unique") {
  Looker looker;
  auto owner = another(1);
  owner.node = looker.self.node;
  CHECK(looker.look_for(25s, owner) == Life::Unknown);
  CHECK(looker.look_for(5s, owner) == Life::Dead);
  ++owner.counter;  // a node of the same name in another cluster
  CHECK(looker.look_for(25s, owner) != Life::Dead);
}

TEST_CASE("others of this pod and of this node are looked at like any other") {
  Looker looker;
  auto owner = another(1);
  SECTION("another container of this pod") {
    owner.uid = looker.self.uid;
    owner.container = "sync-llm";
  }
  SECTION("another claim of this process") {
    owner.uid = looker.self.uid;
    owner.process = looker.self.process;
  }
  SECTION("another pod of this node") {
    owner.node = looker.self.node;
    owner.boot = looker.self.boot;
  }
  SECTION("where the environment does not tell who is who") {
    looker.self = {.id = "looker", .process = "p1", .boot = "boot-2"};
    looker.observation = Observation(looker.self);
    owner.uid = owner.container = owner.node = "";
  }
  CHECK(looker.look(owner) == Life::Unknown);
}
