#include "gradient/status/live_reads.h"

#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;
using gradient::needs_events;
using gradient::sidecars_to_read;

namespace {

constexpr const char* commit = "1111111111111111111111111111111111111111";

using Names = std::vector<std::string>;

/// "POD/CONTAINER" of those that are wanted.
Names lines(const std::vector<json::Json>& pods, const json::Json& previous) {
  Names names;
  for (const auto& sidecar : sidecars_to_read(content_spec(), observed({}, pods), previous))
    names.push_back(sidecar.pod + "/" + sidecar.container);
  return names;
}

}  // namespace

TEST_CASE("events are worth reading while a pod waits or is missing") {
  const auto ready = Pod().ready();
  const auto waiting = Pod().app(waits("ContainerCreating"));
  CHECK(needs_events(plain_spec(), observed({}, {waiting})));
  CHECK(needs_events(plain_spec(2), observed({2, 1, 1, 1, 1}, {ready})));
  CHECK(needs_events(plain_spec(), observed({}, {})));
  SECTION("not when all is well") {
    CHECK_FALSE(needs_events(plain_spec(), observed({1, 1, 1, 1, 1}, {ready})));
  }
  SECTION("not for pods that are not wanted") {
    CHECK_FALSE(needs_events(plain_spec(0), observed({0, 1, 1, 0, 0}, {waiting})));
  }
  SECTION("not before the Deployment controller has looked") {
    auto world = observed({}, {waiting});
    world.deployment = not_taken_up(*world.deployment);
    CHECK_FALSE(needs_events(plain_spec(), world));
  }
}

TEST_CASE("a ReplicaSet has refusals to read while its condition stands and pods are missing") {
  const auto with_failure = [](const Counts& counts, const std::string& status) {
    auto world = observed(counts, {});
    world.deployment =
        with_condition(*world.deployment, "ReplicaFailure", status, "FailedCreate", "no");
    return gradient::refused_replica_set(plain_spec(counts.wanted), world);
  };
  CHECK(with_failure({1, 0, 0, 0, 0}, "True") == "demo-new");
  CHECK(with_failure({1, 0, 0, 0, 0}, "False").empty());
  CHECK(with_failure({1, 1, 1, 1, 1}, "True").empty());
  CHECK(with_failure({0, 0, 0, 0, 0}, "True").empty());
  CHECK(gradient::refused_replica_set(plain_spec(), observed({1, 0, 0, 0, 0}, {})).empty());
  CHECK(gradient::refused_replica_set(plain_spec(), {}).empty());
}

TEST_CASE("a sidecar's log is worth reading until its revision is known") {
  const auto fetching = Pod().code(cloned(commit)).model(runs_unready());
  const auto complete = Pod().code(cloned(commit)).model(runs()).ready();
  const auto known = json::parse(R"({"content":{"models":[{"id":"llm","revision":"sha256:aa"}]}})");
  const Names the_line{"demo-new-1/sync-llm"};
  CHECK(lines({fetching}, {}) == the_line);
  CHECK(lines({fetching}, known) == the_line);
  CHECK(lines({complete}, {}) == the_line);
  CHECK(lines({complete}, known).empty());
  SECTION("and for ever when it refreshes") {
    const auto refreshing = Pod().code(cloned(commit)).model(runs(), true).ready();
    CHECK(lines({refreshing}, known) == the_line);
    const auto wanted = sidecars_to_read(content_spec(), observed({}, {refreshing}), known);
    CHECK(wanted.front().refresh_seconds == 3600);
  }
  SECTION("but not before it runs") {
    const auto waiting = Pod().code(runs_unready()).model(waits("PodInitializing"));
    CHECK(lines({waiting}, {}).empty());
  }
}
