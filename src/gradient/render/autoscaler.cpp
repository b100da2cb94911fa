#include "gradient/render/autoscaler.h"

#include "gradient/spec/names.h"
#include "gradient/spec/quantity.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gradient {
namespace {

using json::array;
using json::Json;
using json::object;

/// As the API server shows it. What is canonical with one unit may not be with the next (1000
/// after Ki is 1k), so a second look is needed.
std::string canonical(const std::string& quantity) {
  const auto once = values::canonical_quantity(quantity);
  return once ? values::canonical_quantity(*once).value_or(*once) : quantity;
}

/// `percent` of a canonical quantity, to a thousandth of its unit and never zero.
std::string share(const std::string& quantity, double percent) {
  std::int64_t number = 0;
  const auto* const end = quantity.data() + quantity.size();
  const auto* const unit = std::from_chars(quantity.data(), end, number).ptr;
  const auto thousandths =
      std::max<std::int64_t>(1, std::llround(static_cast<double>(number) * percent * 10));
  auto fraction = std::to_string(1000 + thousandths % 1000);
  fraction.front() = '.';
  return canonical(std::to_string(thousandths / 1000) + fraction + std::string(unit, end));
}

/// Relative to the machine, not to the request as a utilisation would be, and of the app alone: the
/// helpers' share would dilute it (ContainerResource, KEP-1610).
Json machine_metric(const char* resource, const std::string& capacity, double percent) {
  if (capacity.empty()) return {};
  const auto target =
      object({{"type", "AverageValue"}, {"averageValue", share(capacity, percent)}});
  return object(
      {{"type", "ContainerResource"},
       {"containerResource",
        object({{"name", resource}, {"container", names::app_container}, {"target", target}})}});
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

Json metric_selector(const Parent& parent, const Json& labels) {
  if (!labels.is_object() || labels.size() == 0) return {};
  auto result = Json::object();
  for (const auto& [label, value] : labels.as_object()) {
    auto text = value.as_string();
    replace_all(text, "${name}", parent.name);
    replace_all(text, "${namespace}", parent.ns);
    result[label] = Json(text);
  }
  return object({{"matchLabels", result}});
}

Json duration_metric(const Parent& parent, double seconds, const Settings& settings) {
  if (settings.request_duration_metric.empty()) return {};
  const auto milliseconds = std::max<std::int64_t>(1, std::llround(seconds * 1000));
  const auto metric =
      object({{"name", settings.request_duration_metric},
              {"selector", metric_selector(parent, settings.request_duration_selector)}});
  const auto target =
      object({{"type", "Value"}, {"value", canonical(std::to_string(milliseconds) + "m")}});
  return object(
      {{"type", "External"}, {"external", object({{"metric", metric}, {"target", target}})}});
}

Json metric(const Parent& parent, const MetricTarget& target, const InstanceType* machine,
            const Settings& settings) {
  if (target.metric == Metric::RequestDuration)
    return duration_metric(parent, target.value, settings);
  if (machine == nullptr) return {};
  const auto limit_or_request = [](const std::string& limit, const std::string& request) {
    return limit.empty() ? request : limit;
  };
  return target.metric == Metric::Cpu
             ? machine_metric("cpu", limit_or_request(machine->cpu_limit, machine->cpu_request),
                              target.value)
             : machine_metric("memory",
                              limit_or_request(machine->memory_limit, machine->memory_request),
                              target.value);
}

}  // namespace

Json autoscaler(const Parent& parent, const DeploymentSpec& spec, const Settings& settings) {
  constexpr int patience_seconds = 300;  // before going down: a pod may take long to come back
  const auto& autoscaling = *spec.resources.autoscaling;
  const auto* machine = settings.instance_type(spec.resources.instance_type);
  std::vector<Json> metrics;
  for (const auto& target : autoscaling.metrics) {
    auto made = metric(parent, target, machine, settings);
    if (!made.is_null()) metrics.push_back(std::move(made));
  }
  if (metrics.empty()) return {};
  const auto target =
      object({{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", parent.name}});
  const auto behavior =
      object({{"scaleDown", object({{"stabilizationWindowSeconds", patience_seconds}})}});
  return object({
      {"apiVersion", "autoscaling/v2"},
      {"kind", "HorizontalPodAutoscaler"},
      {"metadata", object({{"name", parent.name}})},
      {"spec", object({{"scaleTargetRef", target},
                       {"minReplicas", spec.replicas()},
                       {"maxReplicas", autoscaling.max_replicas},
                       {"metrics", array(std::move(metrics))},
                       {"behavior", behavior}})},
  });
}

}  // namespace gradient
