#include "gradient/render/probes.h"

namespace gradient {
namespace {

using json::Field;
using json::Json;
using json::object;

Json http_get(const HttpCheck& check, int default_port) {
  std::vector<Json> headers;
  for (const auto& [name, value] : check.headers)
    headers.push_back(object({{"name", name}, {"value", value}}));
  return object({{"path", json::text_or_null(check.path)},
                 {"port", check.port.value_or(default_port)},
                 {"host", json::text_or_null(check.host)},
                 {"httpHeaders", json::array_or_null(std::move(headers))}});
}

Field action(const HealthCheck& check, int default_port) {
  if (const auto* http = std::get_if<HttpCheck>(&check.action))
    return {"httpGet", http_get(*http, default_port)};
  const auto& command = std::get<ExecCheck>(check.action).command;
  return {"exec", object({{"command", json::strings(command)}})};
}

}  // namespace

Json listening_probe(int port) {
  constexpr int period_seconds = 5;
  return object({{"tcpSocket", object({{"port", port}})}, {"periodSeconds", period_seconds}});
}

Json probe(const std::optional<HealthCheck>& check, int default_port) {
  if (!check) return {};
  const int delay = check->initial_delay_seconds;
  return object({action(*check, default_port),
                 {"initialDelaySeconds", delay == 0 ? Json() : Json(delay)},
                 {"periodSeconds", check->period_seconds},
                 {"timeoutSeconds", check->timeout_seconds},
                 {"failureThreshold", check->failure_threshold}});
}

}  // namespace gradient
