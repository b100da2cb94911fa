#include "gradient/status/scaling.h"

#include "gradient/status/condition.h"
#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

namespace {

constexpr const char* long_ago = "2026-01-02T11:59:00Z";
constexpr const char* recently = "2026-01-02T11:59:30Z";

Json condition(const std::string& type, const std::string& status, const std::string& reason,
               const std::string& since) {
  return json::object({{"type", type},
                       {"status", status},
                       {"reason", reason},
                       {"message", "no metrics returned"},
                       {"lastTransitionTime", since}});
}

Json with_conditions(std::vector<Json> conditions) {
  return json::object({{"conditions", json::array(std::move(conditions))}});
}

/// Pods that serve, and an autoscaler with this condition.
gradient::Observed scaled(const std::string& status, const std::string& reason,
                          const std::string& since) {
  auto world = observed({1, 1, 1, 1, 1}, {Pod().ready()});
  world.autoscaler = json::object(
      {{"metadata", json::object({{"name", "demo"}})},
       {"status", with_conditions({condition("AbleToScale", "True", "A", before),
                                   condition("ScalingActive", status, reason, since)})}});
  world.long_ago = long_ago;
  return world;
}

const Json served = with_conditions({condition("Available", "True", "", before)});

gradient::DeploymentSpec by_cpu() {
  auto spec = plain_spec();
  spec.resources.autoscaling = gradient::Autoscaling{
      .max_replicas = 3, .metrics = {{.metric = gradient::Metric::Cpu, .value = 50}}};
  return spec;
}

struct Case {
  std::string name;
  gradient::Observed observed;
  Json previous;
  bool reported = false, awaited = false;
};

}  // namespace

TEST_CASE("an autoscaler without metrics is told once it and the pods have had time") {
  const auto lacks = scaled("False", "FailedGetContainerResourceMetric", before);
  const auto test = GENERATE_COPY(values<Case>({
      {"for long", lacks, served, true, false},
      {"since a moment ago", scaled("False", "FailedGetContainerResourceMetric", recently), served,
       false, true},
      {"while the pods have just come up", lacks,
       with_conditions({condition("Available", "True", "", recently)}), false, true},
      {"while no pods serve", lacks, with_conditions({condition("Available", "False", "", before)}),
       false, true},
      {"before anything is known", lacks, {}, false, true},
      {"although it has", scaled("True", "ValidMetricFound", before), served, false, false},
      {"as it has nothing to do", scaled("False", "ScalingDisabled", before), served, false, false},
      {"as there is none", observed({1, 1, 1, 1, 1}, {}), served, false, false},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(gradient::diagnosis::scaling_problem(test.observed, test.previous).empty() ==
          !test.reported);
    CHECK(gradient::awaits_metrics(test.observed, test.previous) == test.awaited);
  }
}

TEST_CASE("what the autoscaler says is told, with what to look at") {
  const auto text_of = [](const char* reason) {
    return gradient::diagnosis::scaling_problem(scaled("False", reason, before), served);
  };
  const std::string begin = "nothing is scaled, as HorizontalPodAutoscaler demo says ";
  CHECK(text_of("FailedGetContainerResourceMetric") ==
        begin +
            "FailedGetContainerResourceMetric: no metrics returned; cpu and memory are measured by "
            "metrics-server: see whether it runs in this cluster");
  CHECK(
      text_of("FailedGetExternalMetric") ==
      begin +
          "FailedGetExternalMetric: no metrics returned; see what serves external metrics in this "
          "cluster, and whether it has metrics.requestDuration of the operator's configuration");
  CHECK(text_of("AmbiguousSelector") == begin + "AmbiguousSelector: no metrics returned");
}

TEST_CASE("a deployment that is not scaled is ready, and says so") {
  const auto made = status(by_cpu(), scaled("False", "AmbiguousSelector", before), served);
  const std::string what =
      "True ScalingInactive: 1 of 1 replica is available at "
      "http://demo.team.svc.cluster.local; nothing is scaled, as HorizontalPodAutoscaler demo says "
      "AmbiguousSelector: no metrics returned";
  CHECK(text_of(made) == what);
  CHECK(text_of(made, "Available") == what);
  CHECK(json::string_at(gradient::condition(made, "Available"), {"lastTransitionTime"}) == before);
  CHECK(text_of(status(by_cpu(), scaled("True", "ValidMetricFound", now), made)) ==
        "True Ready: 1 of 1 replica is available at http://demo.team.svc.cluster.local");
}

TEST_CASE("who scales the Deployment against the operator is told without touching the rest") {
  auto world = observed({1, 1, 1, 1, 1}, {Pod().ready()});
  world.scaled_by = "keda";
  const auto made = status(plain_spec(), world);
  const std::string told =
      "True ScaledByOthers: keda sets the replicas of Deployment demo again and again, and the "
      "operator sets them back; have it aim at GradientDeployment demo of "
      "gradient-operator.dev/v1alpha1, or remove it and use spec.resources.autoscaling";
  CHECK(text_of(made, "ScaledByOthers") == told);
  CHECK(text_of(made) ==
        "True Ready: 1 of 1 replica is available at http://demo.team.svc.cluster.local");
  world.scaled_by = "";
  CHECK(text_of(status(plain_spec(), world, made), "ScaledByOthers") == told);
  world.scaled_by.reset();
  CHECK(gradient::condition(status(plain_spec(), world, made), "ScaledByOthers").is_null());
}

TEST_CASE("replicas that are being taken back are not told again, but missing ones are") {
  auto told = with_conditions({condition("ScaledByOthers", "True", "ScaledByOthers", before)});
  told["observedGeneration"] = Json(demo().generation);
  auto world = observed({1, 1, 1, 1, 1}, {});
  world.scaled_by = "keda";
  const auto is_scaled_back = [&](std::int64_t replicas, const Json& previous) {
    auto deployment = *world.deployment;
    deployment["spec"]["replicas"] = Json(1);
    deployment["status"]["replicas"] = Json(replicas);
    world.deployment = deployment;
    return gradient::is_scaled_back(demo(), world, previous);
  };
  CHECK(is_scaled_back(5, told));
  CHECK_FALSE(is_scaled_back(1, told));
  CHECK_FALSE(is_scaled_back(0, told));
  CHECK_FALSE(is_scaled_back(5, {}));  // ScaledByOthers itself is told first
  told["observedGeneration"] = Json(demo().generation - 1);
  CHECK_FALSE(is_scaled_back(5, told));  // and so is an edit
}
