#include "gradient/status/pod_group.h"

#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

namespace {

using Names = std::vector<std::string>;

/// "a b" for a group of two, with "!" behind one that is looked into.
Names groups(const std::vector<Json>& pods) {
  Names names;
  for (const auto& group : observed({}, pods).pods) {
    std::string text;
    for (const auto& pod : group.pods)
      text += (text.empty() ? "" : " ") + pod.name;
    names.push_back(text + (group.is_looked_into ? "!" : ""));
  }
  return names;
}

Json since(Pod pod, const std::string& time) {
  return pod.created("2026-01-02T" + time + "Z");
}

constexpr const char* one = "1111111111111111111111111111111111111111";
constexpr const char* other = "2222222222222222222222222222222222222222";

}  // namespace

TEST_CASE("pods that are ready are one group, whenever and wherever they came up") {
  CHECK(groups({Pod("c").ready().on("n1"), since(Pod("a").ready(), "09:00:00"),
                Pod("b").ready()}) == Names{"a b c"});
  const auto found = observed({}, {since(Pod("b").ready(), "09:00:00"), Pod("a").ready()}).pods;
  REQUIRE(found.size() == 1);
  CHECK(json::string_at(*found[0].pod, {"metadata", "name"}) == "a");
  CHECK(found[0].pods[1].created == "2026-01-02T09:00:00Z");
  CHECK(found[0].pods[1].uid == "uid-of-b");
}

TEST_CASE("pods differ by revision, commit, and what their containers do") {
  CHECK(groups({Pod("a").ready(), Pod("b").of("demo-old").ready()}) == Names{"a", "b"});
  CHECK(groups({Pod("a").code(cloned(one)).ready(), Pod("b").code(cloned(one)).ready(),
                Pod("c").code(cloned(other)).ready()}) == Names{"a b", "c"});
  CHECK(groups({Pod("a").ready(), Pod("b").ready().deleted()}) == Names{"a", "b"});
  CHECK(groups({Pod("a").ready(), Pod("b").ready().app(runs_again(1, "Error"))}) ==
        Names{"a", "b"});
}

TEST_CASE("of pods that are not ready the five youngest are looked into, and the rest by state") {
  std::vector<Json> pods{Pod("ready").ready()};
  for (const char* name : {"1", "2", "3", "4", "5", "6", "7", "8"}) {
    const auto text = std::string("back-off ") + name +
                      "0s restarting failed container=app pod=" + name + "_team(uid-of-" + name +
                      ")";
    pods.push_back(
        since(Pod(name).app(waits("CrashLoopBackOff", text)), "10:00:0" + std::string(name)));
  }
  CHECK(groups(pods) == Names{"8!", "7!", "6!", "5!", "4!", "1 2 3", "ready"});
  SECTION("whatever their app has written last") {
    pods = {Pod("ready").ready()};
    for (const char* name : {"1", "2", "3", "4", "5", "6", "7"})
      pods.push_back(Pod(name).app(backs_off(1, "Error", std::string("panic: ") + name)));
    CHECK(groups(pods) == Names{"1!", "2!", "3!", "4!", "5!", "6 7", "ready"});
  }
  SECTION("but not by what a helper says") {
    pods.clear();
    for (const char* name : {"1", "2", "3", "4", "5", "6", "7"})
      pods.push_back(Pod(name).code(
          backs_off(1, "Error", *name == '7' ? R"({"reason":"A"})" : R"({"reason":"B"})")));
    CHECK(groups(pods) == Names{"1!", "2!", "3!", "4!", "5!", "6", "7"});
  }
}

TEST_CASE("a pod that has gone is in no group") {
  const auto facts = gradient::pod_facts(Pod("a").ready());
  const auto found = gradient::grouped({{"a", facts}, {"b", facts}}, [](const auto& name) {
    return name == "a" ? json::Shared() : json::Shared(Json(Pod(name).ready()));
  });
  REQUIRE(found.size() == 1);
  CHECK(found[0].pods.size() == 1);
  CHECK(found[0].pods[0].name == "b");
}
