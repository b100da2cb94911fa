#include "reconcile/observer.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace reconcile {
namespace {

using json::Json;

bool is_ready(const Json& pod) {
  for (const auto& condition : json::elements_at(pod, {"status", "conditions"})) {
    if (json::string_at(condition, {"type"}) == "Ready") {
      return json::string_at(condition, {"status"}) == "True";
    }
  }
  return false;
}

bool has_ready(const std::vector<Json>& pods, const kube::Key& pod) {
  return std::any_of(pods.begin(), pods.end(),
                     [&](const Json& each) { return kube::key_of(each) == pod && is_ready(each); });
}

/// The youngest of those that are not ready, enough to tell why: the rest share their fate.
std::vector<Json> troubled(const std::vector<Json>& pods) {
  constexpr std::size_t most = 5;
  std::vector<Json> found;
  std::copy_if(pods.begin(), pods.end(), std::back_inserter(found),
               [](const Json& pod) { return !is_ready(pod) && !kube::is_being_deleted(pod); });
  std::stable_sort(found.begin(), found.end(), [](const Json& a, const Json& b) {
    return json::string_at(a, {"metadata", "creationTimestamp"}) >
           json::string_at(b, {"metadata", "creationTimestamp"});
  });
  found.resize(std::min(found.size(), most));
  return found;
}

}  // namespace

gradient::Observed Observer::observe(const gradient::Parent& parent,
                                     const gradient::DeploymentSpec& spec,
                                     const Json& previous_status, const std::stop_token& stop) {
  const kube::Key key{parent.ns, parent.name};
  gradient::Observed observed{
      .deployment = context_.stores.deployments.find(key),
      .pods = context_.stores.pods.indexed(parent_term(key)),
      .events = {},
      .sync_lines = {},
      .refused = {},
      .autoscaler = autoscaler(parent),
      .long_ago = kube::rfc3339(context_.clock.wall() - std::chrono::minutes(1))};
  if (gradient::wants_events(spec, observed)) {
    for (const auto& pod : troubled(observed.pods)) {
      for (auto& event : events_of(pod, stop))
        observed.events.push_back(std::move(event));
    }
  }
  for (const auto& name : gradient::wanted_sync_lines(spec, observed, previous_status)) {
    const auto slash = name.find('/');
    const kube::Key pod{parent.ns, name.substr(0, slash)};
    const auto lines = last_line(pod, name.substr(slash + 1), has_ready(observed.pods, pod), stop);
    if (!lines.empty()) observed.sync_lines[name] = lines.front();
  }
  return observed;
}

std::optional<Json> Observer::autoscaler(const gradient::Parent& parent) const {
  auto live = context_.stores.autoscalers.find({parent.ns, parent.name});
  const bool is_ours = live && json::string_at(kube::controller_of(*live), {"uid"}) == parent.uid;
  return is_ours ? live : std::nullopt;
}

std::optional<std::chrono::milliseconds> Observer::again(const gradient::DeploymentSpec& spec,
                                                         const gradient::Observed& observed,
                                                         const Json& status) {
  const bool awaited =
      !observed.pods.empty() &&
      (gradient::wants_events(spec, observed) || gradient::awaits_metrics(observed, status) ||
       !gradient::wanted_sync_lines(spec, observed, status).empty());
  if (awaited) return period;
  return std::nullopt;
}

std::vector<Json> Observer::read_seldom(const std::string& what, const Read& read) {
  const auto now = context_.clock.now();
  const auto known = readings_.with([&](auto& readings) -> std::optional<Reading> {
    std::erase_if(readings, [&](const auto& entry) { return now >= entry.second.until; });
    const auto found = readings.find(what);
    if (found == readings.end()) return std::nullopt;
    return found->second;
  });
  if (known) return known->found;
  std::vector<Json> found;
  try {
    found = read();
  } catch (const std::exception& error) {  // no log yet, no right, no answer from that node
    spdlog::debug("cannot read {} error=\"{}\"", what, error.what());
  }
  const auto until = now + (found.empty() ? period_of_nothing : period);
  readings_.with([&](auto& readings) { readings[what] = {until, found}; });
  return found;
}

std::vector<Json> Observer::events_of(const Json& pod, const std::stop_token& stop) {
  const auto uid = kube::uid_of(pod);
  return read_seldom("events of " + uid, [&] {
    return context_.client.list(kube::events, kube::key_of(pod).ns,
                                {.labels = {}, .fields = "involvedObject.uid=" + uid}, stop);
  });
}

/// A pod that has become ready has a new line: its content is complete.
std::vector<Json> Observer::last_line(const kube::Key& pod, const std::string& container,
                                      bool is_ready, const std::stop_token& stop) {
  return read_seldom(
      "log of " + kube::to_string(pod) + "/" + container + (is_ready ? " ready" : ""),
      [&]() -> std::vector<Json> {
        const auto line = context_.client.log(pod, container, 1, stop);
        try {
          return {json::parse(line)};
        } catch (const std::invalid_argument&) {
          return {};  // half a line, or nothing yet
        }
      });
}

}  // namespace reconcile
