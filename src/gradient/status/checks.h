#pragma once

#include "gradient/spec/spec.h"
#include "gradient/status/pod.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Why one pod does not come up: small checks, each for one kind of cause. A check is asked about
/// pods that are not ready, and answers only with evidence that holds now.
namespace gradient::why {

struct Cause {
  std::string reason;       ///< stable, CamelCase
  std::string message;      ///< what it is, in the user's terms, and what to do
  std::string subject;      ///< what it is about; causes of several pods are one when this is equal
  bool is_content = false;  ///< decides about ContentSynced
};

/// What the checks see of one pod.
struct Case {
  const Parent& parent;
  const DeploymentSpec& spec;
  const Pod& pod;
  std::vector<const json::Json*> events;  ///< of this very pod, oldest first
  const std::vector<std::string>& pull_servers;
};

using PodCheck = std::optional<Cause> (*)(const Case&);
using ContainerCheck = std::optional<Cause> (*)(const Case&, const Container&);

/// Events that are about this pod and not about a namesake before it, oldest first.
std::vector<const json::Json*> events_of(const Pod& pod, const std::vector<json::Json>& events);
/// When it was seen last, RFC 3339 to the second.
std::string seen(const json::Json& event);
/// The last event with one of the reasons; null without one.
const json::Json* last(const Case& about, std::initializer_list<std::string_view> reasons);
bool is_about(const json::Json& event, const Container& container);

// Of the pod as a whole.
std::optional<Cause> claim_pending(const Case& about);
std::optional<Cause> unschedulable(const Case& about);
std::optional<Cause> ended_by_node(const Case& about);
std::optional<Cause> node_not_ready(const Case& about);
std::optional<Cause> volume_without_secret(const Case& about);
std::optional<Cause> volume_not_attached(const Case& about);
std::optional<Cause> volume_not_mounted(const Case& about);
std::optional<Cause> no_sandbox(const Case& about);

// Of one container.
std::optional<Cause> image_not_pulled(const Case& about, const Container& container);
std::optional<Cause> secret_missing(const Case& about, const Container& container);
std::optional<Cause> content_failed(const Case& about, const Container& container);
std::optional<Cause> out_of_memory(const Case& about, const Container& container);
std::optional<Cause> start_failed(const Case& about, const Container& container);
std::optional<Cause> restarted_by_probe(const Case& about, const Container& container);
std::optional<Cause> crash_loop(const Case& about, const Container& container);
std::optional<Cause> probe_failing(const Case& about, const Container& container);

}  // namespace gradient::why
