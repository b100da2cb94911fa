#include "gradient/status/check_run.h"

#include "gradient/status/events.h"
#include "gradient/status/text.h"

#include <map>

namespace gradient::diagnosis {
namespace {

using json::Json;

std::string signal_name(std::int64_t number) {
  static const std::map<std::int64_t, const char*> names{
      {4, "SIGILL"},  {6, "SIGABRT"},  {7, "SIGBUS"},   {8, "SIGFPE"},
      {9, "SIGKILL"}, {11, "SIGSEGV"}, {13, "SIGPIPE"}, {15, "SIGTERM"}};
  const auto known = names.find(number);
  return known == names.end() ? "" : std::string(" (") + known->second + ")";
}

/// "exit code 42", "exit code 139: signal 11 (SIGSEGV)".
std::string how_it_ended(const Json& ended) {
  constexpr std::int64_t first_signal = 128;
  constexpr std::int64_t last_signal = 64;
  const auto code = json::integer_at(ended, {"exitCode"});
  auto text = "exit code " + std::to_string(code);
  auto signal = json::integer_at(ended, {"signal"});
  if (signal == 0 && code > first_signal && code <= first_signal + last_signal)
    signal = code - first_signal;
  if (signal != 0) text += ": signal " + std::to_string(signal) + signal_name(signal);
  if (code == 126) text += ": its command is not executable";
  if (code == 127) text += ": its command does not exist";
  if (code == 0) text += ", but a deployment's program must keep running";
  return text;
}

struct Probe {
  const char* event;  ///< how the kubelet's message begins
  const char* field;  ///< of the container
  const char* path;   ///< of our spec
  std::optional<HealthCheck> HealthChecks::*check;
};
constexpr Probe readiness{"Readiness probe ", "readinessProbe", "spec.healthChecks.readiness",
                          &HealthChecks::readiness};
constexpr Probe liveness{"Liveness probe ", "livenessProbe", "spec.healthChecks.liveness",
                         &HealthChecks::liveness};
constexpr Probe startup{"Startup probe ", "startupProbe", "spec.healthChecks.startup",
                        &HealthChecks::startup};

/// The fields that make this probe; empty when nobody wrote one, as of a webhook's.
std::string written(const ObservedPod& about, const Container& container, const Probe& probe) {
  std::vector<std::string> fields;
  const bool is_app = container.role == Container::Role::App;
  if (is_app && (about.spec.health_checks.*probe.check).has_value())
    fields.emplace_back(probe.path);
  if (auto field = about.pod_template.of_container(container.name, {probe.field}); !field.empty())
    fields.push_back(std::move(field));
  // The operator's own check, of a port that is written and has none.
  if (is_app && fields.empty() && probe.check == &HealthChecks::readiness && about.spec.port)
    fields.emplace_back("spec.port");
  return listed(fields);
}

struct Failures {
  std::int64_t count = 0;
  std::string last;  ///< the kubelet's words
};

/// What the kubelet said about this probe since `since`.
Failures failures(const ObservedPod& about, const Container& container, const Probe& probe,
                  const std::string& since) {
  Failures result;
  for (const auto* event : about.events) {
    const auto message = json::string_at(*event, {"message"});
    if (json::string_at(*event, {"reason"}) != "Unhealthy" || !is_about(*event, container) ||
        !message.starts_with(probe.event) || seen(*event) < since.substr(0, 19)) {
      continue;
    }
    result.count += std::max(json::integer_at(*event, {"series", "count"}),
                             json::integer_at(*event, {"count"}, 1));
    result.last = message;
  }
  return result;
}

/// A check of the operator's own, or of podTemplate, that connects and asks nothing.
std::optional<Cause> not_listening(const ObservedPod& about, const Container& container,
                                   const Json& probe, const std::string& words) {
  const auto& port = json::at(probe, {"tcpSocket", "port"});
  if (port.is_null() || !has(words, "connection refused")) return std::nullopt;
  const auto field = written(about, container, readiness);
  return Cause{"NotListening",
               container.subject + " does not listen on port " +
                   (port.is_string() ? port.as_string() : json::text(port)) +
                   "; have its program listen there, on 0.0.0.0 and not on 127.0.0.1" +
                   (field.empty() ? "" : ", or correct " + field),
               container.name};
}

Cause probe_cause(const ObservedPod& about, const Container& container, const Probe& probe,
                  const std::string& words) {
  const bool is_app = container.role == Container::Role::App;
  const auto field = written(about, container, probe);
  return {"ProbeFailed",
          container.subject + ": " + words +
              (field.empty()
                   ? ""
                   : "; check " + field + " and what " + (is_app ? "the app" : "it") + " answers"),
          container.name};
}

}  // namespace

std::optional<Cause> restarted_by_probe(const ObservedPod& about, const Container& container) {
  const auto& ended = container.failure();
  if (ended.is_null()) return std::nullopt;
  const auto since = json::string_at(ended, {"startedAt"});
  for (const auto* event : about.events) {
    const auto message = json::string_at(*event, {"message"});
    if (json::string_at(*event, {"reason"}) != "Killing" || !is_about(*event, container) ||
        !has(message, "will be restarted") || seen(*event) < since.substr(0, 19)) {
      continue;
    }
    const auto& probe = has(message, "startup probe") ? startup : liveness;
    const auto words = failures(about, container, probe, since).last;
    return probe_cause(about, container, probe,
                       "was restarted: " + (words.empty() ? excerpt(message) : excerpt(words)));
  }
  return std::nullopt;
}

std::optional<Cause> crash_loop(const ObservedPod& about, const Container& container) {
  const auto& ended = container.failure();
  if (ended.is_null()) return std::nullopt;
  return Cause{"CrashLoop",
               container.subject + " ended with " + how_it_ended(ended) + "; see kubectl logs -n " +
                   about.parent.ns + " " + about.pod.name() + " -c " + container.name +
                   " --previous",
               container.name, container.is_helper()};
}

std::optional<Cause> probe_failing(const ObservedPod& about, const Container& container) {
  if (container.is_helper() || !container.is_running() || container.is_up()) return std::nullopt;
  const auto& probe = json::at(*container.spec, {readiness.field});
  if (probe.is_null()) return std::nullopt;
  const auto found = failures(about, container, readiness, container.running_since());
  // Before that many the kubelet itself does not call it a failure: an app may take time to start.
  if (found.count < json::integer_at(probe, {"failureThreshold"}, 3)) return std::nullopt;
  if (auto cause = not_listening(about, container, probe, found.last)) return cause;
  return probe_cause(about, container, readiness, excerpt(found.last));
}

}  // namespace gradient::diagnosis
