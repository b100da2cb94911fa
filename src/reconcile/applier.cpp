#include "reconcile/applier.h"

#include "gradient/render/pull_secret.h"
#include "gradient/spec/names.h"
#include "reconcile/drift.h"
#include "reconcile/ownership.h"
#include "reconcile/refusal.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace reconcile {
namespace {

using gradient::Blocker;
using json::Json;
namespace names = gradient::names;

constexpr const char* manager = "gradient-operator";
constexpr const char* replicas_manager = "gradient-operator-replicas";

/// The kinds whose whole spec is ours, and of which what is no longer wanted is deleted. A claim is
/// also its provisioner's and its users'.
constexpr std::array wholly_ours{kube::autoscalers, kube::budgets,  kube::ingresses,
                                 kube::routes,      kube::services, kube::deployments};

std::string describe(const kube::Kind& kind, const kube::Key& key) {
  return std::string(kind.kind) + " " + kube::to_string(key);
}

/// Whether `live` is the child that `wanted` describes: same controller, or, for a claim that
/// outlives its Dataset, no controller and the same label.
bool is_ours(const Json& live, const Json& wanted, const gradient::Parent& parent) {
  const auto& controller = kube::controller_of(live);
  if (!controller.is_null()) return json::string_at(controller, {"uid"}) == parent.uid;
  const auto label = kube::label_of(wanted, names::dataset_label);
  return !label.empty() && kube::label_of(live, names::dataset_label) == label;
}

bool is_edited(const kube::Kind& kind, const Json& live) {
  return std::find(wholly_ours.begin(), wholly_ours.end(), kind) != wholly_ours.end() &&
         !kube::spec_editors(live, manager).empty();
}

bool is_current(const Json& live, const Json& wanted) {
  return has_same_intent(live, wanted) && as_intended(live, wanted);
}

Json with_metadata(Json object, const char* name, const std::string& value) {
  object["metadata"][name] = Json(value);
  return object;
}

/// minReplicas of the autoscaler among the wanted objects; 1 when there is none.
std::int64_t lower_bound(const std::vector<Json>& wanted) {
  for (const auto& object : wanted) {
    if (kind_of(object) == kube::autoscalers) {
      return json::integer_at(object, {"spec", "minReplicas"}, 1);
    }
  }
  return 1;
}

/// Whether `replicas` is in our apply set, by the managedFields of an object fresh from the server.
bool owns_replicas(const Json& live) {
  const auto& entries = json::elements_at(live, {"metadata", "managedFields"});
  return std::any_of(entries.begin(), entries.end(), [](const Json& entry) {
    return json::string_at(entry, {"manager"}) == manager &&
           !json::at(entry, {"fieldsV1", "f:spec", "f:replicas"}).is_null();
  });
}

bool leaves_replicas(const Json& wanted) {
  return kind_of(wanted) == kube::deployments && json::at(wanted, {"spec", "replicas"}).is_null();
}

}  // namespace

bool has_same_intent(const Json& live, const Json& wanted) {
  return kube::annotation_of(live, names::applied_annotation) ==
         kube::annotation_of(wanted, names::applied_annotation);
}

std::vector<Blocker> Applier::apply(const gradient::Parent& parent, const std::vector<Json>& wanted,
                                    const std::stop_token& stop) {
  std::vector<Blocker> refused;
  for (const auto& object : wanted) {
    auto why = try_to_apply(parent, object, lower_bound(wanted), stop);
    if (!why) continue;
    refused.push_back(*std::move(why));
    if (kind_of(object) == kube::deployments) break;  // the rest is about it
  }
  return refused;
}

std::optional<Blocker> Applier::try_to_apply(const gradient::Parent& parent, const Json& wanted,
                                             std::int64_t lower_bound,
                                             const std::stop_token& stop) {
  const auto& kind = kind_of(wanted);
  const auto key = kube::key_of(wanted);
  try {
    return apply_one(parent, wanted, lower_bound, stop);
  } catch (const kube::ApiError& error) {
    if (error.conflict()) context_.polled.forget(kind, key);
    auto reason = refusal(error, describe(kind, key));
    if (!reason) throw;
    return reason;
  }
}

std::optional<Blocker> Applier::apply_one(const gradient::Parent& parent, const Json& wanted,
                                          std::int64_t lower_bound, const std::stop_token& stop) {
  const auto& kind = kind_of(wanted);
  const auto key = kube::key_of(wanted);
  auto current = live(kind, key, stop);
  if (!current) current = create(kind, wanted, stop);
  if (!is_ours(*current, wanted, parent)) {
    return name_conflict(describe(kind, key), *current, parent);
  }
  if (is_edited(kind, *current)) current = take_edits(parent, kind, *std::move(current), stop);
  if (leaves_replicas(wanted)) keep_replicas(*current, wanted, lower_bound, stop);
  if (!is_current(*current, wanted)) update(kind, wanted, *current, stop);
  return std::nullopt;
}

std::optional<Json> Applier::live(const kube::Kind& kind, const kube::Key& key,
                                  const std::stop_token& stop) {
  if (auto* store = context_.stores.of(kind)) return store->find(key);
  return context_.polled.find(kind, key, stop);
}

Json Applier::create(const kube::Kind& kind, const Json& wanted, const std::stop_token& stop) {
  // No object has version 1: where one exists the server answers 409 instead of merging into it;
  // where none exists the version is ignored (seen with 1.34; force=false alone merges into a
  // foreign object whose fields do not collide with ours).
  const auto key = kube::key_of(wanted);
  try {
    auto created =
        write(kind, with_metadata(wanted, "resourceVersion", "1"), manager, kube::Force::No, stop);
    spdlog::info("created object={}", describe(kind, key));
    return created;
  } catch (const kube::ApiError& error) {
    if (!error.conflict()) throw;
    auto present = context_.client.get(kind, key, stop);
    if (!present) throw;  // gone again: later
    return *std::move(present);
  }
}

void Applier::update(const kube::Kind& kind, const Json& wanted, const Json& live,
                     const std::stop_token& stop) {
  // With the UID, an object that was deleted meanwhile is a 409 instead of being made again.
  write(kind, with_metadata(wanted, "uid", kube::uid_of(live)), manager, kube::Force::Yes, stop);
  spdlog::info("applied object={}", describe(kind, kube::key_of(wanted)));
}

Json Applier::write(const kube::Kind& kind, const Json& intent, const char* field_manager,
                    kube::Force force, const std::stop_token& stop) {
  auto* const store = context_.stores.of(kind);
  std::optional<kube::Store::Write> underway;
  if (store != nullptr) underway.emplace(*store, kube::key_of(intent));
  auto written = context_.client.apply(kind, intent, field_manager, force, stop);
  if (store != nullptr) {
    store->put(written);
  } else {
    context_.polled.put(kind, written);
  }
  return written;
}

Json Applier::take_edits(const gradient::Parent& parent, const kube::Kind& kind, Json live,
                         const std::stop_token& stop) {
  const auto key = kube::key_of(live);
  const auto fresh = context_.client.get(kind, key, stop);
  if (!fresh || kube::uid_of(*fresh) != kube::uid_of(live)) return live;
  const auto taken = with_edits_taken(json::at(*fresh, {"metadata", "managedFields"}), manager);
  if (!taken) return live;
  // Without its annotation it counts as not applied: whoever is interrupted here goes on later.
  const auto patch = json::object(
      {{"metadata",
        json::object({{"resourceVersion", kube::resource_version_of(*fresh)},
                      {"managedFields", taken->managed_fields},
                      {"annotations", json::object({{names::applied_annotation, ""}})}})}});
  auto& store = *context_.stores.of(kind);
  const kube::Store::Write underway(store, key);
  auto ours = context_.client.merge_patch(kind, key, patch, manager, stop);
  store.put(ours);
  spdlog::info("took back what was edited object={} by={}", describe(kind, key), taken->editors);
  if (const auto object = context_.stores.gradient_deployments.find({parent.ns, parent.name})) {
    context_.events.record(*object, kube::EventType::Normal, "EditTakenBack",
                           "what " + taken->editors + " changed in " + describe(kind, key) +
                               " is put back: its spec is the operator's; change the "
                               "GradientDeployment");
  }
  return ours;
}

/// Server-side apply resets `replicas` to its default when the field leaves our apply set; an owner
/// of its own keeps the value until the autoscaler takes over. Until there is one, nobody else sees
/// to the lower bound.
void Applier::keep_replicas(const Json& live, const Json& wanted, std::int64_t lower_bound,
                            const std::stop_token& stop) {
  const auto key = kube::key_of(live);
  const auto replicas = json::integer_at(live, {"spec", "replicas"}, 1);
  // An autoscaler leaves alone what somebody has scaled to 0.
  const bool is_scaled = replicas > 0 && context_.stores.autoscalers.find(key).has_value();
  if (!is_scaled && replicas < lower_bound) {
    own_replicas(live, lower_bound, stop);
  } else if (!is_current(live, wanted)) {
    const auto fresh = context_.client.get(kube::deployments, key, stop);
    if (!fresh || !owns_replicas(*fresh)) return;
    const auto now = json::integer_at(*fresh, {"spec", "replicas"}, 1);
    own_replicas(*fresh, std::max(now, lower_bound), stop);
  }
}

void Applier::own_replicas(const Json& live, std::int64_t replicas, const std::stop_token& stop) {
  const auto key = kube::key_of(live);
  const auto intent = json::object(
      {{"apiVersion", std::string(kube::deployments.api_version)},
       {"kind", std::string(kube::deployments.kind)},
       {"metadata",
        json::object({{"name", key.name}, {"namespace", key.ns}, {"uid", kube::uid_of(live)}})},
       {"spec", json::object({{"replicas", replicas}})}});
  write(kube::deployments, intent, replicas_manager, kube::Force::Yes, stop);
}

void Applier::prune(const gradient::Parent& parent, const std::vector<Json>& wanted,
                    const std::stop_token& stop) {
  for (const auto& kind : wholly_ours) {
    auto& store = *context_.stores.of(kind);
    for (const auto& key : store.indexed_keys(parent_term({parent.ns, parent.name}))) {
      const bool is_wanted = std::any_of(wanted.begin(), wanted.end(), [&](const Json& object) {
        return kind_of(object) == kind && kube::key_of(object) == key;
      });
      if (is_wanted) continue;
      const auto child = store.find(key);
      if (!child || json::string_at(kube::controller_of(*child), {"uid"}) != parent.uid) continue;
      context_.client.remove(kind, key, kube::uid_of(*child), stop);
      store.erase(*child);
      spdlog::info("deleted object={}", describe(kind, key));
    }
  }
}

void Applier::remove_pull_secret(const gradient::Parent& registry, const std::string& in_use,
                                 const std::stop_token& stop) {
  const kube::Key key{registry.ns, gradient::pull_secret_name(registry.name, {})};
  if (key.name == in_use) return;
  const auto live = context_.polled.find(kube::secrets, key, stop);
  if (!live || json::string_at(kube::controller_of(*live), {"uid"}) != registry.uid) return;
  context_.client.remove(kube::secrets, key, kube::uid_of(*live), stop);
  context_.polled.forget(kube::secrets, key);
  spdlog::info("deleted object={}", describe(kube::secrets, key));
}

void Applier::scale_to_zero(const gradient::Parent& parent, const std::stop_token& stop) {
  const kube::Key key{parent.ns, parent.name};
  const auto live = context_.stores.deployments.find(key);
  if (!live || json::string_at(kube::controller_of(*live), {"uid"}) != parent.uid) return;
  if (json::integer_at(*live, {"spec", "replicas"}, 1) == 0) return;
  // With the UID, another object that has the name by now is left alone (422).
  const auto patch = json::object({{"metadata", json::object({{"uid", kube::uid_of(*live)}})},
                                   {"spec", json::object({{"replicas", 0}})}});
  const kube::Store::Write underway(context_.stores.deployments, key);
  context_.stores.deployments.put(
      context_.client.merge_patch(kube::deployments, key, patch, manager, stop));
}

}  // namespace reconcile
