#include "gradient/spec/read_resources.h"

#include "gradient/spec/characters.h"
#include "gradient/spec/values.h"

#include <set>

namespace gradient {
namespace {

constexpr std::int64_t most_replicas = 1000;
constexpr double highest_target = 1e6;

/// The target of a metric; `name` is the metric's, for the example.
double read_target(json::ObjectReader& entry, Metric metric) {
  const std::string_view example = metric == Metric::RequestDuration ? "0.5" : "50";
  const auto* value = entry.require("value", example);
  if (value == nullptr) return 0;
  const double target = value->is_number() ? value->as_double() : 0;
  if (target > 0 && target <= highest_target) return target;
  entry.problem("value",
                "must be a number above 0 and at most 1000000, such as " + std::string(example));
  return 0;
}

MetricTarget read_metric(json::ObjectReader& entry) {
  MetricTarget target;
  entry.require("metric", "cpu");
  const auto metric = entry.choice("metric", {"cpu", "memory", "requestDuration"});
  target.metric = static_cast<Metric>(metric.value_or(0));
  entry.choice("summary", {"average"});
  target.value = read_target(entry, target.metric);
  entry.finish();
  return target;
}

std::vector<MetricTarget> read_metrics(json::ObjectReader& reader) {
  std::vector<MetricTarget> metrics;
  std::set<Metric> seen;
  reader.elements("metrics", {1, 8}, [&](const json::Json& value, const json::Path& path) {
    json::ObjectReader entry(value, path, reader.report());
    const auto before = reader.report().size();
    metrics.push_back(read_metric(entry));
    if (reader.report().size() == before && !seen.insert(metrics.back().metric).second) {
      entry.problem("metric", "is the metric of an earlier entry too; keep one of them");
    }
  });
  return metrics;
}

std::optional<Autoscaling> read_autoscaling(const json::Json& value, const json::Path& path,
                                            std::int64_t replicas, json::Report& report) {
  json::ObjectReader reader(value, path, report);
  const bool enabled = reader.boolean("enabled").value_or(true);
  const auto most = reader.integer("maxReplicas", {1, most_replicas});
  Autoscaling autoscaling{static_cast<int>(most.value_or(0)), read_metrics(reader)};
  const bool complete = reader.find("maxReplicas") != nullptr && reader.find("metrics") != nullptr;
  reader.finish();
  if (!value.is_object() || !enabled) return std::nullopt;
  if (!complete) {
    report.add(path, "needs maxReplicas and metrics; add both, or write enabled: false");
  } else if (most && *most < replicas) {
    reader.problem("maxReplicas",
                   "is smaller than resources.replicas, which is the lower bound; "
                   "raise maxReplicas or lower replicas");
  }
  return autoscaling;
}

/// A machine is no secret: what is refused is shown, when a terminal can.
std::string read_instance_type(json::ObjectReader& reader) {
  constexpr std::size_t longest = 63;
  const auto* found = reader.find("instanceType");
  const auto text = found != nullptr && found->is_string() ? found->as_string() : std::string();
  const bool is_shown =
      text.size() <= longest && values::all(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (const auto wrong = values::instance_type_problem(text);
      !text.empty() && is_shown && !wrong.empty()) {
    reader.problem("instanceType", std::string(wrong) + "; is \"" + text + "\"");
    return {};
  }
  return reader.required_string(
      "instanceType",
      {.longest = longest, .example = "C4", .check = values::instance_type_problem});
}

}  // namespace

Resources read_resources(const json::Json& value, const json::Path& path, json::Report& report) {
  json::ObjectReader reader(value, path, report);
  Resources resources;
  resources.replicas =
      static_cast<int>(reader.integer("replicas", {0, most_replicas}).value_or(resources.replicas));
  reader.refuse("machineType",
                "belongs to a later version of the spec; write resources.instanceType");
  reader.refuse(
      "ports",
      "belongs to a later version of the spec; write one port as spec.port, and others as "
      "spec.endpoint.ports");
  resources.instance_type = read_instance_type(reader);
  if (const auto* scaling = reader.find("autoscaling")) {
    const auto place = reader.path("autoscaling");
    resources.autoscaling = read_autoscaling(*scaling, place, resources.replicas, report);
  }
  reader.finish();
  return resources;
}

}  // namespace gradient
