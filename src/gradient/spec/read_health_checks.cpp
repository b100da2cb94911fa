#include "gradient/spec/read_health_checks.h"

#include "gradient/spec/characters.h"
#include "gradient/spec/fields.h"
#include "gradient/spec/values.h"

namespace gradient {
namespace {

std::string_view path_problem(std::string_view path) {
  const bool fits =
      path.front() == '/' && !values::has_control(path) && !values::any(path, values::is_blank);
  return fits ? "" : "must begin with '/' and have no blanks, such as /healthz";
}

std::string_view host_problem(std::string_view host) {
  const auto allowed = [](char c) {
    return values::is_alphanumeric(c) || c == '.' || c == '-' || c == ':';
  };
  const auto at_end = [](char c) { return values::is_alphanumeric(c) || c == ':'; };
  const bool fits = values::all(host, allowed) && at_end(host.front()) && at_end(host.back());
  return fits ? ""
              : "must be a host name or an address, such as 127.0.0.1; the port goes into port";
}

std::string_view header_name_problem(std::string_view name) {
  const auto allowed = [](char c) { return values::is_alphanumeric(c) || c == '-'; };
  return values::all(name, allowed) ? ""
                                    : "must consist of letters, digits and '-', such as X-Probe";
}

HttpCheck read_http(json::ObjectReader& reader) {
  HttpCheck check;
  check.path =
      reader.string("path", {.longest = 2048, .example = "/healthz", .check = path_problem})
          .value_or("");
  check.port = fields::port(reader, "port");
  check.host =
      reader.string("host", {.longest = 253, .example = "127.0.0.1", .check = host_problem})
          .value_or("");
  reader.elements("headers", {0, 32}, [&](const json::Json& value, const json::Path& path) {
    json::ObjectReader header(value, path, reader.report());
    auto name = header.required_string(
        "name", {.longest = 256, .example = "X-Probe", .check = header_name_problem});
    header.require("value", "kubelet");
    auto text = header.string(
        "value", {.longest = 4096, .check = values::control_problem, .may_be_empty = true});
    header.finish();
    check.headers.emplace_back(std::move(name), text.value_or(""));
  });
  return check;
}

ExecCheck read_exec(const json::Json& value, const json::Path& path, json::Report& report) {
  json::ObjectReader reader(value, path, report);
  reader.require("command", "[cat, /tmp/ready]");
  ExecCheck check{fields::command(reader, 1)};
  reader.finish();
  return check;
}

int seconds(json::ObjectReader& reader, std::string_view field, json::Range range, int otherwise) {
  return static_cast<int>(reader.integer(field, range).value_or(otherwise));
}

std::optional<HealthCheck> read_check(json::ObjectReader& checks, std::string_view field) {
  const auto* value = checks.find(field);
  if (value == nullptr) return std::nullopt;
  const auto path = checks.path(field);
  json::ObjectReader reader(*value, path, checks.report());
  HealthCheck check;
  check.action = read_http(reader);
  const bool http = reader.find("path") != nullptr;
  const auto* exec = reader.find("exec");
  if (exec != nullptr) check.action = read_exec(*exec, reader.path("exec"), checks.report());
  if (value->is_object() && http == (exec != nullptr)) {
    checks.problem(field,
                   "needs either path (an HTTP request) or exec (a command); write exactly "
                   "one of them");
  }
  for (const std::string_view other : {"port", "host", "headers"}) {
    if (exec != nullptr && !http && reader.find(other) != nullptr) {
      reader.problem(other, "belongs to a check with path; remove it next to exec");
    }
  }
  check.initial_delay_seconds =
      seconds(reader, "initialDelaySeconds", {0, 86400}, check.initial_delay_seconds);
  check.period_seconds = seconds(reader, "periodSeconds", {1, 86400}, check.period_seconds);
  check.timeout_seconds = seconds(reader, "timeoutSeconds", {1, 86400}, check.timeout_seconds);
  check.failure_threshold =
      seconds(reader, "failureThreshold", {1, 10000}, check.failure_threshold);
  reader.finish();
  return check;
}

}  // namespace

HealthChecks read_health_checks(const json::Json& value, const json::Path& path,
                                json::Report& report) {
  json::ObjectReader reader(value, path, report);
  HealthChecks checks;
  checks.liveness = read_check(reader, "liveness");
  checks.readiness = read_check(reader, "readiness");
  checks.startup = read_check(reader, "startup");
  reader.finish();
  return checks;
}

}  // namespace gradient
