#include "kube/cache/watch_state.h"

#include <catch2/catch.hpp>

namespace {

using kube::ApiError;
using kube::WatchFailure;
using kube::WatchState;
using namespace std::chrono_literals;
using What = kube::WatchState::Step::What;

/// A state, its clock, and a word for each step.
struct Scene {
  double random = 0;
  kube::Clock::TimePoint now{1h};
  WatchState state{[this] { return random; }};

  /// "list", "list next", "list all", "watch 7"; with " after 800ms" when there is a delay.
  std::string next() {
    const auto step = state.next();
    std::string text;
    if (step.what == What::Watch) {
      text = "watch " + step.version;
    } else {
      text = "list";
      if (step.limit == 0) text += " all";
      if (!step.continue_token.empty()) text += " " + step.continue_token;
    }
    if (step.delay > 0ms) text += " after " + std::to_string(step.delay.count()) + "ms";
    return text;
  }
  void fail(WatchFailure failure, std::chrono::seconds retry_after = 0s) {
    state.failed(failure, retry_after, now);
  }
  void watch(const std::string& version) {
    state.listed(version, "");
    state.opened(now);
  }
};

}  // namespace

TEST_CASE("first a list in pages, then a watch from the list's version") {
  Scene scene;
  CHECK(scene.next() == "list");
  CHECK_FALSE(scene.state.listed("5", "page2"));
  CHECK(scene.next() == "list page2");
  CHECK(scene.state.listed("5", ""));
  CHECK(scene.next() == "watch 5");
}

TEST_CASE("every list is consistent and in pages of 500") {
  Scene scene;
  const auto step = scene.state.next();
  CHECK(step.version.empty());
  CHECK(step.limit == 500);
}

TEST_CASE("the server is asked to end a watch after 5 to 10 minutes") {
  Scene scene;
  scene.watch("5");
  CHECK(scene.state.next().timeout_seconds == 300);
  scene.random = 0.999;
  CHECK(scene.state.next().timeout_seconds == 599);
}

TEST_CASE(
    "a watch that ends goes on from the last version seen, deletions and bookmarks included") {
  Scene scene;
  scene.watch("5");
  scene.state.saw("6");
  scene.state.saw("9");
  scene.now += 5min;
  scene.state.ended(scene.now);
  CHECK(scene.next() == "watch 9");
}

TEST_CASE("a quiet watch that ends goes on at once, a very short one after a backoff") {
  Scene scene;
  scene.watch("5");
  scene.now += 1s;
  scene.state.ended(scene.now);
  CHECK(scene.next() == "watch 5");

  scene.state.opened(scene.now);
  scene.now += 999ms;
  scene.state.ended(scene.now);
  CHECK(scene.next() == "watch 5 after 800ms");

  scene.state.opened(scene.now);
  scene.state.saw("6");
  scene.state.ended(scene.now);
  CHECK(scene.next() == "watch 6");
}

TEST_CASE("watches that end as soon as they have brought something are opened with a backoff") {
  Scene scene;
  const auto end_after = [&](std::chrono::milliseconds time) {
    scene.state.opened(scene.now);
    scene.state.saw("6");
    scene.now += time;
    scene.state.ended(scene.now);
    return scene.next();
  };
  scene.watch("5");
  CHECK(end_after(0ms) == "watch 6");
  CHECK(end_after(999ms) == "watch 6 after 800ms");
  CHECK(end_after(0ms) == "watch 6 after 1600ms");
  CHECK(end_after(1s) == "watch 6");
  CHECK(end_after(0ms) == "watch 6");
}

TEST_CASE("two silent watches in a row lead to a list") {
  Scene scene;
  scene.watch("5");
  const auto stay_silent = [&] {
    scene.state.opened(scene.now);
    scene.now += 100s;
    scene.state.ended(scene.now);
  };
  stay_silent();
  CHECK(scene.next() == "watch 5");
  scene.state.opened(scene.now);
  scene.state.saw("6");
  scene.state.ended(scene.now);
  stay_silent();
  CHECK(scene.next() == "watch 6");
  stay_silent();
  CHECK(scene.next() == "list");
}

TEST_CASE("an expired version leads to a list at once, and then with backoff") {
  Scene scene;
  scene.watch("5");
  scene.fail(WatchFailure::Expired);
  CHECK(scene.next() == "list");
  scene.watch("6");
  scene.fail(WatchFailure::Expired);
  CHECK(scene.next() == "list after 800ms");
  scene.watch("7");
  scene.state.saw("8");
  scene.fail(WatchFailure::Expired);
  CHECK(scene.next() == "list");
}

TEST_CASE("pages that expire are followed by a list without pages") {
  Scene scene;
  scene.state.listed("5", "page2");
  scene.fail(WatchFailure::Expired);
  CHECK(scene.next() == "list all");
  scene.state.listed("6", "");
  scene.fail(WatchFailure::Refused);
  CHECK(scene.next() == "list after 800ms");
}

TEST_CASE("a list without pages that does not come is asked for in pages again") {
  Scene scene;
  scene.state.listed("5", "page2");
  scene.fail(WatchFailure::Expired);
  CHECK(scene.next() == "list all");
  scene.fail(WatchFailure::Unreachable);
  CHECK(scene.next() == "list after 800ms");
}

TEST_CASE("a server that cannot be reached or is busy is asked the same again") {
  const auto failure = GENERATE(WatchFailure::Unreachable, WatchFailure::Throttled);
  Scene scene;
  scene.watch("5");
  scene.fail(failure);
  CHECK(scene.next() == "watch 5 after 800ms");
  scene.fail(failure);
  CHECK(scene.next() == "watch 5 after 1600ms");
}

TEST_CASE("a refused or unreadable watch leads to a list with backoff") {
  const auto failure = GENERATE(WatchFailure::Refused, WatchFailure::Malformed);
  Scene scene;
  scene.watch("5");
  scene.fail(failure);
  CHECK(scene.next() == "list after 800ms");
}

TEST_CASE("a list that fails begins again with its first page") {
  const auto failure =
      GENERATE(WatchFailure::Unreachable, WatchFailure::Throttled, WatchFailure::Refused);
  Scene scene;
  scene.state.listed("5", "page2");
  scene.fail(failure);
  CHECK(scene.next() == "list after 800ms");
}

TEST_CASE("the server's Retry-After is waited for when it is longer") {
  Scene scene;
  scene.watch("5");
  scene.fail(WatchFailure::Throttled, 7s);
  CHECK(scene.next() == "watch 5 after 7000ms");
}

TEST_CASE("delays double up to 30 s, with as much again at random") {
  Scene scene;
  scene.watch("5");
  std::vector<std::string> steps;
  for (int i = 0; i < 8; ++i) {
    scene.fail(WatchFailure::Unreachable);
    steps.push_back(scene.next().substr(14));
  }
  CHECK(steps == std::vector<std::string>{"800ms", "1600ms", "3200ms", "6400ms", "12800ms",
                                          "25600ms", "30000ms", "30000ms"});
  scene.random = 0.5;
  scene.fail(WatchFailure::Unreachable);
  CHECK(scene.next() == "watch 5 after 45000ms");
}

TEST_CASE("after two minutes without a failure delays begin anew") {
  Scene scene;
  scene.watch("5");
  scene.fail(WatchFailure::Unreachable);
  scene.fail(WatchFailure::Unreachable);
  scene.next();
  scene.now += 121s;
  scene.fail(WatchFailure::Unreachable);
  CHECK(scene.next() == "watch 5 after 800ms");
}

TEST_CASE("a list older than what was seen shows that the server has lost versions") {
  Scene scene;
  CHECK_FALSE(scene.state.is_rewound("1"));
  scene.watch("100");
  CHECK_FALSE(scene.state.is_rewound("100"));
  CHECK(scene.state.is_rewound("99"));
}

TEST_CASE("errors of the server are put into classes") {
  struct Case {
    int code;
    const char* message;
    const char* cause;
    WatchFailure failure;
  };
  const auto c = GENERATE(values<Case>({
      {410, "too old resource version: 1 (2)", "", WatchFailure::Expired},
      {504, "Timeout: Too large resource version: 9, current: 2", "", WatchFailure::Expired},
      {504, "Timeout", "ResourceVersionTooLarge", WatchFailure::Expired},
      {504, "Timeout", "", WatchFailure::Refused},
      {429, "too many requests", "", WatchFailure::Throttled},
      {500, "etcdserver: leader changed", "", WatchFailure::Refused},
      {403, "forbidden", "", WatchFailure::Refused},
  }));
  CAPTURE(c.message);
  ApiError error(c.code, "", c.message);
  error.causes = {c.cause};
  CHECK(kube::classify(error) == c.failure);
}
