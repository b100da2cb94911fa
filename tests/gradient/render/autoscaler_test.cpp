#include "gradient/render/autoscaler.h"

#include <catch2/catch.hpp>

using namespace gradient;

namespace {

Settings settings() {
  Settings settings = default_settings();
  InstanceType odd;
  odd.name = "odd";
  odd.cpu_request = "1500m";
  odd.memory_limit = "1000Mi";
  settings.set_instance_type(odd);
  InstanceType none;
  none.name = "none";
  settings.set_instance_type(none);
  return settings;
}

DeploymentSpec scaled(const std::string& machine, std::vector<MetricTarget> metrics) {
  DeploymentSpec spec;
  spec.resources.instance_type = machine;
  spec.resources.autoscaling = Autoscaling{.max_replicas = 5, .metrics = std::move(metrics)};
  return spec;
}

const Parent demo{"GradientDeployment", "team-a", "demo", "u", 1, ""};

/// The target of the only metric, as JSON.
std::string target(const std::string& machine, MetricTarget metric) {
  const auto made = autoscaler(demo, scaled(machine, {metric}), settings());
  const auto& metrics = json::elements_at(made, {"spec", "metrics"});
  REQUIRE(metrics.size() == 1);
  return json::text(json::at(metrics.at(0), {"containerResource", "target"}));
}

}  // namespace

TEST_CASE("a percentage is of the machine's limit, as a canonical quantity") {
  struct Case {
    const char* machine;
    MetricTarget metric;
    const char* value;
  };
  const auto c = GENERATE(values<Case>({
      {"C5", {Metric::Cpu, 50}, "2"},
      {"C5", {Metric::Cpu, 60}, "2400m"},
      {"C5", {Metric::Cpu, 33.3}, "1332m"},
      {"C5", {Metric::Cpu, 150}, "6"},
      {"odd", {Metric::Cpu, 50}, "750m"},
      {"C7", {Metric::Memory, 80}, "24Gi"},
      {"C7", {Metric::Memory, 75}, "23040Mi"},
      {"odd", {Metric::Memory, 33}, "330Mi"},
      {"odd", {Metric::Memory, 0.0000001}, "1049"},
  }));
  DYNAMIC_SECTION(c.machine << " " << c.metric.value << " %") {
    CHECK(target(c.machine, c.metric) ==
          std::string(R"({"averageValue":")") + c.value + R"(","type":"AverageValue"})");
  }
}

TEST_CASE("without a metric that can be measured there is no autoscaler") {
  CHECK(autoscaler(demo, scaled("C5", {{Metric::RequestDuration, 0.5}}), settings()).is_null());
  CHECK(autoscaler(demo, scaled("none", {{Metric::Cpu, 50}}), settings()).is_null());
  CHECK(autoscaler(demo, scaled("unknown", {{Metric::Memory, 50}}), settings()).is_null());
}

TEST_CASE("the metric of requests is found by the labels that the configuration gives") {
  auto configured = settings();
  configured.request_duration_metric = "request_seconds";
  configured.request_duration_selector = json::object({{"app", "${namespace}/${name}-${name}"}});
  const auto made = autoscaler(demo, scaled("C5", {{Metric::RequestDuration, 0.5}}), configured);
  CHECK(json::text(json::elements_at(made, {"spec", "metrics"}).at(0)) ==
        R"({"external":{"metric":{"name":"request_seconds",)"
        R"("selector":{"matchLabels":{"app":"team-a/demo-demo"}}},)"
        R"("target":{"type":"Value","value":"500m"}},"type":"External"})");
}
