#include "gradient/status/check_start.h"

#include "gradient/status/events.h"
#include "gradient/status/helper_line.h"
#include "gradient/status/sync_reasons.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <array>

namespace gradient::diagnosis {
namespace {

using json::Json;

std::string termination_text(const Container& container) {
  return json::string_at(container.failure(), {"message"});
}

/// The runtime's words when it could not start the program.
std::string start_error(const Container& container) {
  constexpr std::array<std::string_view, 3> waits{"RunContainerError", "CreateContainerError",
                                                  "PreStartHookError"};
  constexpr std::array<std::string_view, 2> ends{"StartError", "ContainerCannotRun"};
  const auto is_one_of = [](const auto& list, const std::string& reason) {
    return std::find(list.begin(), list.end(), reason) != list.end();
  };
  if (is_one_of(waits, container.waiting_reason())) return container.waiting_message();
  if (is_one_of(ends, json::string_at(container.failure(), {"reason"})))
    return termination_text(container);
  return {};
}

/// The cause, behind what containerd and runc say on the way: "failed to generate container
/// \"c0ffee...\" spec: failed to generate spec: no command specified", whose id is another one at
/// each try.
std::string innermost(std::string text) {
  constexpr std::array<std::string_view, 7> links{
      "failed to generate ",        "failed to create containerd task",
      "failed to create shim task", "OCI runtime create failed",
      "runc create failed",         "unable to start container process",
      "error during container init"};
  const auto is_link = [&](std::string_view link) { return text.starts_with(link); };
  for (auto end = text.find(": ");
       end != std::string::npos && std::any_of(links.begin(), links.end(), is_link);
       end = text.find(": "))
    text.erase(0, end + 2);
  constexpr std::string_view tail = ": unknown";
  if (text.ends_with(tail)) text.resize(text.size() - tail.size());
  return excerpt(text);
}

/// Where its image and command are written; empty of what nobody wrote, as of a webhook's.
std::string to_check(const ObservedPod& about, const Container& container) {
  if (container.role != Container::Role::App)
    return about.pod_template.of_container(container.name);
  std::vector<std::string> fields{"spec.command"};
  for (const auto* field : {"command", "args"})
    if (auto path = about.pod_template.of_container(container.name, {field}); !path.empty())
      fields.push_back(std::move(path));
  fields.emplace_back("spec.image");
  return listed(fields);
}

/// "; correct ..." where a podTemplate forbids the user root.
std::string user_remedy(const ObservedPod& about, const Container& container,
                        const std::string& text) {
  if (!has(text, "runasnonroot")) return "";
  auto field = about.pod_template.of_container(container.name, {"securityContext", "runAsNonRoot"});
  if (field.empty()) field = about.pod_template.of_pod({"securityContext", "runAsNonRoot"});
  return field.empty() ? "" : "; correct " + field + ", or use an image of another user";
}

std::string memory_limit(const Container& container) {
  const auto limit = json::string_at(*container.spec, {"resources", "limits", "memory"});
  return limit.empty() ? "that of its node" : limit;
}

}  // namespace

std::optional<Cause> secret_missing(const ObservedPod& about, const Container& container) {
  if (container.waiting_reason() != "CreateContainerConfigError") return std::nullopt;
  const auto text = container.waiting_message();
  const auto where = " in namespace " + about.parent.ns;
  const auto cause = [&](const char* reason, const std::string& message) {
    return Cause{reason, container.subject + ": " + message, container.name};
  };
  if (has(text, "couldn't find key") && has(text, " in secret ")) {
    return cause("SecretKeyNotFound", excerpt(text) + "; add the key to the Secret");
  }
  if (has(text, "secret \"") && has(text, "not found")) {
    return cause("SecretNotFound", "there is no Secret " + in_quotes(text) + where + "; create it");
  }
  if (has(text, "subpath")) return cause("VolumeNotMounted", excerpt(text));
  return cause("StartFailed",
               "cannot be started: " + excerpt(text) + user_remedy(about, container, text));
}

std::optional<Cause> content_failed(const ObservedPod&, const Container& container) {
  if (!container.is_helper() || container.failure().is_null()) return std::nullopt;
  const auto report = helper_line(termination_text(container));
  const auto reason = json::string_at(report, {"reason"});
  if (reason.empty()) return std::nullopt;  // killed before it could report: other checks know why
  const bool known =
      std::find(sync_reasons.begin(), sync_reasons.end(), reason) != sync_reasons.end();
  return Cause{known ? reason : "SyncFailed",
               container.subject + ": " + excerpt(json::string_at(report, {"message"}), 2000),
               container.name, true};
}

std::optional<Cause> out_of_memory(const ObservedPod& about, const Container& container) {
  const bool killed = json::string_at(container.failure(), {"reason"}) == "OOMKilled" ||
                      has(start_error(container), "oom-killed");
  if (!killed) return std::nullopt;
  const auto limit = memory_limit(container);
  const auto remedy = [&]() -> std::string {
    if (container.is_helper()) return "raise sync.resources in the operator's configuration";
    const auto field =
        about.pod_template.of_container(container.name, {"resources", "limits", "memory"});
    if (!field.empty()) return "raise " + field + ", or use less";
    return "choose a larger spec.resources.instanceType than " +
           about.spec.resources.instance_type + ", or use less";
  }();
  return Cause{"OutOfMemory",
               container.subject + " needed more memory than its limit of " + limit + "; " + remedy,
               container.name, container.is_helper()};
}

std::optional<Cause> start_failed(const ObservedPod& about, const Container& container) {
  const auto error = start_error(container);
  if (error.empty()) return std::nullopt;
  const auto field = to_check(about, container);
  return Cause{"StartFailed",
               container.subject + " cannot be started: " + innermost(error) +
                   (field.empty() ? "" : "; check " + field),
               container.name, container.is_helper()};
}

/// The kubelet ends a container whose postStart hook fails, and tells the hook's words only while
/// it waits for the next attempt: they are left out, as they may have a secret and would come and
/// go.
std::optional<Cause> hook_failed(const ObservedPod& about, const Container& container) {
  const auto& ended = container.failure();
  const auto* event = last(about, {"FailedPostStartHook"});
  const bool is_told = event != nullptr && is_about(*event, container) && !ended.is_null() &&
                       seen(*event) >= json::string_at(ended, {"startedAt"}).substr(0, 19);
  if (!is_told && container.waiting_reason() != "PostStartHookError") return std::nullopt;
  const auto field = about.pod_template.of_container(container.name, {"lifecycle", "postStart"});
  return Cause{"StartFailed",
               container.subject + " was ended, as its postStart hook failed" +
                   (field.empty() ? "" : "; check " + field),
               container.name};
}

}  // namespace gradient::diagnosis
