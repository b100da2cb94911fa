#include "gradient/spec/exclusive_fields.h"

#include <algorithm>
#include <array>

namespace gradient {
namespace {

template <std::size_t Count>
bool is_one_of(std::string_view name, const std::array<std::string_view, Count>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 3> probes{"livenessProbe", "readinessProbe", "startupProbe"};
constexpr std::array<std::string_view, 2> hooks{"postStart", "preStop"};
constexpr std::array<std::string_view, 5> handlers{"exec", "grpc", "httpGet", "sleep", "tcpSocket"};
constexpr std::array<std::string_view, 2> values{"value", "valueFrom"};
constexpr std::array<std::string_view, 2> budgets{"maxUnavailable", "minAvailable"};

}  // namespace

bool is_exclusive(std::string_view field, std::string_view member) {
  if (is_one_of(field, probes) || is_one_of(field, hooks)) return is_one_of(member, handlers);
  if (field == "env") return is_one_of(member, values);
  // Whatever a version of Kubernetes can mount or refer to.
  if (field == "volumes") return member != "name";
  if (field == "valueFrom") return true;
  return field == "spec" && is_one_of(member, budgets);
}

}  // namespace gradient
