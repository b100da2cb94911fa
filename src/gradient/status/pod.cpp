#include "gradient/status/pod.h"

#include "gradient/spec/names.h"
#include "gradient/status/condition.h"

#include <algorithm>

namespace gradient::diagnosis {
namespace {

using json::Json;
using Role = Container::Role;

bool is_true(const Json& value) {
  return value.is_boolean() && value.as_bool();
}

/// Reasons of the kubelet and of containerd when they do not know how a container ended: its exit
/// code (137, 255) then says nothing.
bool is_known(const Json& termination) {
  const auto reason = json::string_at(termination, {"reason"});
  return reason != "ContainerStatusUnknown" && reason != "Unknown";
}

bool is_older(const PodFacts& a, const PodFacts& b) {
  return a.created < b.created;
}

void describe(Container& container, const DeploymentSpec& spec) {
  container.subject = "container " + container.name;
  if (container.name == names::app_container) container.role = Role::App;
  if (spec.repositories) {
    for (const auto& repository : spec.repositories->items) {
      if (container.name != names::clone_container(repository.name)) continue;
      container.role = Role::Clone;
      container.item = repository.name;
      container.subject = "repository " + repository.name;
    }
  }
  for (const auto& model : spec.models) {
    if (container.name != names::sync_container(model.id)) continue;
    container.role = Role::Sync;
    container.item = model.id;
    container.subject = "model " + model.id;
  }
}

}  // namespace

std::string Container::image() const {
  return json::string_at(*spec, {"image"});
}

std::string Container::waiting_reason() const {
  return json::string_at(*status, {"state", "waiting", "reason"});
}

std::string Container::waiting_message() const {
  return json::string_at(*status, {"state", "waiting", "message"});
}

bool Container::is_running() const {
  return !json::at(*status, {"state", "running"}).is_null();
}

std::string Container::running_since() const {
  return json::string_at(*status, {"state", "running", "startedAt"});
}

bool Container::is_completed() const {
  const auto& ended = json::at(*status, {"state", "terminated"});
  return role != Role::App && role != Role::Sync && !ended.is_null() &&
         json::integer_at(ended, {"exitCode"}) == 0;
}

bool Container::is_up() const {
  if (role == Role::App) return is_running() && is_true(json::at(*status, {"ready"}));
  if (role == Role::Sync) return is_running() && is_true(json::at(*status, {"started"}));
  return is_completed() || (is_running() && is_true(json::at(*status, {"ready"})));
}

const Json& Container::failure() const {
  if (is_up()) return json::null();
  const auto& now = json::at(*status, {"state", "terminated"});
  const auto& ended = now.is_null() ? json::at(*status, {"lastState", "terminated"}) : now;
  if (ended.is_null() || !is_known(ended)) return json::null();
  // The app must never exit; a helper succeeds with exit code 0.
  if (role != Role::App && json::integer_at(ended, {"exitCode"}) == 0) return json::null();
  return ended;
}

bool Container::has_begun() const {
  return is_running() || !json::at(*status, {"state", "terminated"}).is_null() ||
         !json::at(*status, {"lastState", "terminated"}).is_null();
}

std::string replica_set_of(const Json& pod) {
  for (const auto& owner : json::elements_at(pod, {"metadata", "ownerReferences"})) {
    if (json::string_at(owner, {"kind"}) == "ReplicaSet") return json::string_at(owner, {"name"});
  }
  return {};
}

bool is_deleted(const Json& pod) {
  return !json::at(pod, {"metadata", "deletionTimestamp"}).is_null();
}

bool is_ready(const Json& pod) {
  const auto& ready = gradient::condition(json::at(pod, {"status"}), "Ready");
  return json::string_at(ready, {"status"}) == "True";
}

Pod::Pod(const PodGroup& group, const DeploymentSpec& spec) : group_(&group) {
  const auto add = [&](const char* list, const char* statuses) {
    for (const auto& entry : json::elements_at(object(), {"spec", list})) {
      Container container;
      container.name = json::string_at(entry, {"name"});
      container.spec = &entry;
      container.status =
          &json::element_with(json::at(object(), {"status", statuses}), "name", container.name);
      describe(container, spec);
      containers_.push_back(std::move(container));
    }
  };
  add("initContainers", "initContainerStatuses");
  add("containers", "containerStatuses");
}

std::string Pod::name() const {
  return all().front().name;
}

std::string Pod::first_created() const {
  return std::min_element(all().begin(), all().end(), is_older)->created;
}

std::string Pod::last_created() const {
  return std::max_element(all().begin(), all().end(), is_older)->created;
}

bool Pod::is_failed() const {
  return json::string_at(object(), {"status", "phase"}) == "Failed";
}

bool Pod::is_scheduled() const {
  return !json::string_at(object(), {"spec", "nodeName"}).empty();
}

bool Pod::has_begun() const {
  return std::any_of(containers_.begin(), containers_.end(),
                     [](const Container& container) { return container.has_begun(); });
}

bool Pod::is_fetching() const {
  return std::any_of(containers_.begin(), containers_.end(), [](const Container& container) {
    return container.is_helper() && !container.is_up();
  });
}

const Container* Pod::container(const std::string& name) const {
  const auto found = std::find_if(containers_.begin(), containers_.end(),
                                  [&](const Container& c) { return c.name == name; });
  return found == containers_.end() ? nullptr : &*found;
}

const Json& Pod::condition(const std::string& type) const {
  return gradient::condition(json::at(object(), {"status"}), type);
}

}  // namespace gradient::diagnosis
