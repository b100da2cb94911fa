#include "reconcile/publisher.h"

#include "gradient/status/condition.h"
#include "kube/serve/metrics.h"
#include "reconcile/merge_patch.h"
#include "reconcile/ownership.h"
#include "reconcile/sync_results.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace reconcile {
namespace {

const json::Json& ready(const json::Json& status) {
  return gradient::condition(status, "Ready");
}

/// On the way to being ready, as every object is: no news.
bool on_the_way(const std::string& reason) {
  constexpr std::array<std::string_view, 4> reasons{"RollingOut", "Syncing", "Disabled",
                                                    "MinimumReplicasUnavailable"};
  return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

/// Who names an object does not ask who else does.
bool concerns_dependents(const json::Json& patch) {
  constexpr std::array<std::string_view, 2> others{"usedBy", "unusedSince"};
  const auto& fields = patch.as_object();
  return std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
    return std::find(others.begin(), others.end(), field.first) == others.end();
  });
}

/// But for the status, and the versions that it makes.
bool is_edited(const json::Json& before, const json::Json& now) {
  const auto differs = [](const json::Json& left, const json::Json& right,
                          std::initializer_list<std::string_view> ignored) {
    return std::any_of(left.as_object().begin(), left.as_object().end(), [&](const auto& field) {
      return std::find(ignored.begin(), ignored.end(), field.first) == ignored.end() &&
             !json::equal(field.second, json::at(right, {field.first}));
    });
  };
  const auto& metadata = json::at(before, {"metadata"});
  const auto& new_metadata = json::at(now, {"metadata"});
  const auto versions = {std::string_view("resourceVersion")};
  const auto others = {std::string_view("status"), std::string_view("metadata")};
  return differs(metadata, new_metadata, versions) || differs(new_metadata, metadata, versions) ||
         differs(before, now, others) || differs(now, before, others);
}

}  // namespace

void Publisher::publish(const kube::Kind& kind, const json::Json& object, const json::Json& status,
                        const std::stop_token& stop) {
  const auto& previous = json::at(object, {"status"});
  const auto patch = merge_patch(previous, status);
  if (patch.is_null()) return;
  const auto key = kube::key_of(object);
  auto& store = *parts_.stores.of(kind);
  {
    const kube::Store::Write underway(store, key);
    const json::Shared written = parts_.client.patch_status(
        kind, key, json::object({{"status", patch}}), status_field_manager, stop);
    if (!written) return;  // deleted meanwhile
    store.put(written);
  }
  for (const auto& result : sync_results(previous, status))
    kube::count_sync(result);
  const Ref ref{std::string(kind.kind), key};
  if (concerns_dependents(patch)) parts_.triggers.enqueue_dependents(ref);
  // The response has an edit of others since the reconcile began. Its watch event will find that
  // version in the store already, and enqueue nothing.
  const auto now = store.find(key);
  if (now && is_edited(object, *now)) parts_.triggers.enqueue(ref);

  const auto reason = json::string_at(ready(status), {"reason"});
  const auto is_true = json::string_at(ready(status), {"status"}) == "True";
  if (reason == json::string_at(ready(previous), {"reason"}) || on_the_way(reason)) return;
  const auto message = json::string_at(ready(status), {"message"});
  spdlog::info("status changed kind={} object={} ready={} reason={}", kind.kind,
               kube::to_string(key), is_true, reason);
  parts_.events.record(object, is_true ? kube::EventType::Normal : kube::EventType::Warning, reason,
                       message);
}

}  // namespace reconcile
