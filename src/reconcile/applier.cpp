#include "reconcile/applier.h"

#include "gradient/render/pull_secret.h"
#include "gradient/spec/names.h"
#include "gradient/status/template_fields.h"
#include "reconcile/drift.h"
#include "reconcile/ownership.h"
#include "reconcile/parent_check.h"
#include "reconcile/refusal.h"
#include "reconcile/replicas.h"
#include "reconcile/secret_values.h"
#include "reconcile/taken_back.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace reconcile {
namespace {

using gradient::Blocker;
using json::Json;
namespace names = gradient::names;

/// Those that not every deployment has: what is no longer wanted is deleted.
constexpr std::array optional_kinds{kube::autoscalers, kube::budgets, kube::ingresses,
                                    kube::routes};

/// A claim is also its provisioner's and its users'.
bool has_spec_of_ours(const kube::Kind& kind) {
  return kind == kube::deployments || kind == kube::services ||
         std::find(optional_kinds.begin(), optional_kinds.end(), kind) != optional_kinds.end();
}

std::string describe(const kube::Kind& kind, const kube::Key& key) {
  return std::string(kind.kind) + " " + kube::to_string(key);
}

/// Whether `live` is the child that `wanted` describes: same controller, or, for a claim that
/// outlives its Dataset, no controller and the same label.
bool is_child(const Json& live, const Json& wanted, const gradient::Parent& parent) {
  const auto& controller = kube::controller_of(live);
  if (!controller.is_null()) return json::string_at(controller, {"uid"}) == parent.uid;
  const auto label = kube::label_of(wanted, names::dataset_label);
  return !label.empty() && kube::label_of(live, names::dataset_label) == label;
}

bool is_edited(const kube::Kind& kind, const Json& live) {
  return has_spec_of_ours(kind) && !kube::spec_editors(live, field_manager).empty();
}

/// Through the subresource `scale` too, as kubectl scale and autoscalers do.
bool is_scaled_by_others(const Json& live, const Json& wanted) {
  const auto& replicas = json::at(wanted, {"spec", "replicas"});
  return kind_of(wanted) == kube::deployments && !replicas.is_null() &&
         has_same_intent(live, wanted) &&
         !json::equal(json::at(live, {"spec", "replicas"}), replicas);
}

/// Of the object as it is now; whoever else has applied what is refused is named.
std::optional<Blocker> refusal_beside_others(const kube::ApiError& error, const Json& live,
                                             const Json& wanted) {
  auto refused = refusal(error, describe(kind_of(wanted), kube::key_of(wanted)));
  const auto owners = owners_of_refused(live, field_manager, wanted, error.what());
  if (refused && !owners.empty())
    refused->message += "; it may be what " + owners +
                        " has applied beside the operator: have it apply what fits the spec, or "
                        "no such field";
  return refused;
}

Json with_metadata(Json object, const char* name, const std::string& value) {
  object["metadata"][name] = Json(value);
  return object;
}

}  // namespace

bool has_same_intent(const Json& live, const Json& wanted) {
  return kube::annotation_of(live, names::applied_annotation) ==
         kube::annotation_of(wanted, names::applied_annotation);
}

/// A live Secret may be one without its values.
bool Applier::is_current(const Json& live, const Json& wanted) const {
  if (kind_of(wanted) == kube::secrets)
    return matches(without_values(live), without_values(wanted));
  return matches(live, wanted);
}

bool Applier::matches(const Json& live, const Json& wanted) const {
  return has_same_intent(live, wanted) &&
         (as_intended(live, wanted) || answers_.explain(kind_of(wanted), wanted, live));
}

std::vector<Blocker> Applier::apply(const gradient::Parent& parent, const std::vector<Json>& wanted,
                                    const std::stop_token& stop) {
  std::vector<Blocker> refused;
  for (const auto& object : wanted) {
    auto why = try_to_apply(parent, object, min_replicas(wanted), stop);
    if (!why) continue;
    refused.push_back(*std::move(why));
    if (kind_of(object) == kube::deployments) break;  // the rest is about it
  }
  return refused;
}

std::optional<Blocker> Applier::try_to_apply(const gradient::Parent& parent, const Json& wanted,
                                             std::int64_t min_replicas,
                                             const std::stop_token& stop) {
  const auto& kind = kind_of(wanted);
  const auto key = kube::key_of(wanted);
  try {
    return apply_one(parent, wanted, min_replicas, stop);
  } catch (const kube::ApiError& error) {
    if (error.conflict()) polled_.forget(kind, key);
    auto reason = refusal(error, describe(kind, key));
    if (!reason) throw;
    return reason;
  }
}

std::optional<Blocker> Applier::apply_one(const gradient::Parent& parent, const Json& wanted,
                                          std::int64_t min_replicas, const std::stop_token& stop) {
  const auto& kind = kind_of(wanted);
  const auto key = kube::key_of(wanted);
  auto current = live(kind, key, stop);
  if (!current) {
    check_that_lives(client_, stores_, parent, stop);
    current = create(kind, wanted, stop);
  }
  if (!is_child(*current, wanted, parent)) {
    return name_conflict(describe(kind, key), *current, parent);
  }
  std::optional<Json> drifted;  // with those who own its fields
  if (is_edited(kind, *current)) {
    drifted = fresh_child(parent, wanted, stop);
    if (drifted) current = own_edits(*drifted, current, stop);
  }
  if (is_autoscaled(wanted)) hand_over_replicas(*current, wanted, min_replicas, stop);
  if (is_current(*current, wanted)) return std::nullopt;
  if (!drifted && has_spec_of_ours(kind) && has_same_intent(*current, wanted))
    drifted = fresh_child(parent, wanted, stop);
  auto written = write_over_rivals(parent, wanted, *current, stop);
  if (written.refused) return std::move(written.refused);
  if (drifted) tell_drift(parent, wanted, *drifted, *written.answer);
  return std::nullopt;
}

/// Where the server does not take it beside what others have applied, that is removed.
Applier::Written Applier::write_over_rivals(const gradient::Parent& parent, const Json& wanted,
                                            const Json& current, const std::stop_token& stop) {
  const auto& kind = kind_of(wanted);
  try {
    return {.answer = update(kind, wanted, current, stop)};
  } catch (const kube::ApiError& error) {
    const auto fresh = error.invalid() ? fresh_child(parent, wanted, stop) : std::nullopt;
    if (!fresh) throw;
    const auto rivals = own_rivals(*fresh, wanted, stop);
    if (rivals.empty()) {
      if (auto refused = refusal_beside_others(error, *fresh, wanted)) return {.refused = refused};
      throw;
    }
    Written written{.answer = update(kind, wanted, current, stop)};
    record_drift(parent, "what " + rivals + " has applied to " +
                             describe(kind, kube::key_of(wanted)) +
                             " is removed, as it excludes what the operator sets there; have it "
                             "apply no such field, and set it in the GradientDeployment");
    return written;
  }
}

json::Shared Applier::live(const kube::Kind& kind, const kube::Key& key,
                           const std::stop_token& stop) {
  if (auto* store = stores_.of(kind)) return store->find(key);
  return polled_.find(kind, key, stop);
}

json::Shared Applier::create(const kube::Kind& kind, const Json& wanted,
                             const std::stop_token& stop) {
  // An apply creates or merges, and force=false would merge into an object of others whose fields
  // do not collide with ours. So it bears a version that no object has, as the first revision of an
  // empty etcd is 1: where the object exists, another resourceVersion than the live one is a 409;
  // where it does not, the server compares nothing (Store.Update in
  // k8s.io/apiserver/pkg/registry/generic/registry/store.go; seen with 1.34).
  const auto key = kube::key_of(wanted);
  try {
    auto created = write(kind, with_metadata(wanted, "resourceVersion", "1"), field_manager,
                         kube::Force::No, stop);
    keep_answer(kind, wanted, *created);
    spdlog::info("created object={}", describe(kind, key));
    return created;
  } catch (const kube::ApiError& error) {
    if (!error.conflict()) throw;
    auto present = client_.get(kind, key, stop);
    if (!present) throw;  // gone again: later
    return present;
  }
}

json::Shared Applier::update(const kube::Kind& kind, const Json& wanted, const Json& live,
                             const std::stop_token& stop) {
  // With the UID, an object that was deleted meanwhile is a 409 instead of being made again.
  auto answer = write(kind, with_metadata(wanted, "uid", kube::uid_of(live)), field_manager,
                      kube::Force::Yes, stop);
  keep_answer(kind, wanted, *answer);
  spdlog::info("applied object={}", describe(kind, kube::key_of(wanted)));
  return answer;
}

void Applier::keep_answer(const kube::Kind& kind, const Json& wanted, const Json& answer) {
  const bool is_secret = kind == kube::secrets;
  if (is_secret ? answers_.keep(kind, without_values(wanted), without_values(answer))
                : answers_.keep(kind, wanted, answer)) {
    return;
  }
  const auto dropped = missing(answer, wanted);
  if (!dropped.empty())
    spdlog::warn("the API server leaves out fields of what was applied object={} fields=\"{}\"",
                 describe(kind, kube::key_of(wanted)), gradient::diagnosis::listed(dropped));
}

json::Shared Applier::write(const kube::Kind& kind, const Json& intent, const char* manager,
                            kube::Force force, const std::stop_token& stop) {
  auto* const store = stores_.of(kind);
  std::optional<kube::Store::Write> underway;
  if (store != nullptr) underway.emplace(*store, kube::key_of(intent));
  const json::Shared written = client_.apply(kind, intent, manager, force, stop);
  if (store != nullptr) {
    const bool is_old = store->put(written) == kube::Store::Change::Stale;
    // A late answer may be of an object that has gone since, which no event tells any more.
    if (is_old && !store->find(kube::key_of(intent)))
      throw kube::ApiError(409, "Conflict",
                           describe(kind, kube::key_of(intent)) + " was deleted meanwhile");
  } else {
    polled_.put(kind, written);
  }
  return written;
}

json::Shared Applier::own_edits(const Json& fresh, const json::Shared& live,
                                const std::stop_token& stop) {
  const auto& kind = kind_of(fresh);
  const auto transfer =
      transfer_edits(json::at(fresh, {"metadata", "managedFields"}), field_manager);
  if (!transfer) return live;
  spdlog::info("takes back an edit object={} by={}", describe(kind, kube::key_of(fresh)),
               transfer->editors);
  return take_over(kind, fresh, transfer->managed_fields, stop);
}

std::optional<Json> Applier::fresh_child(const gradient::Parent& parent, const Json& wanted,
                                         const std::stop_token& stop) {
  const auto& kind = kind_of(wanted);
  if (stores_.of(kind) == nullptr) return std::nullopt;
  auto fresh = client_.get(kind, kube::key_of(wanted), stop);
  if (fresh && !is_child(*fresh, wanted, parent)) fresh.reset();
  return fresh;
}

std::string Applier::own_rivals(const Json& fresh, const Json& wanted,
                                const std::stop_token& stop) {
  const auto& kind = kind_of(wanted);
  const auto transfer = transfer_rivals(fresh, field_manager, wanted);
  if (!transfer) return {};
  take_over(kind, fresh, transfer->managed_fields, stop);
  spdlog::info("removed what excludes ours object={} of={}", describe(kind, kube::key_of(wanted)),
               transfer->editors);
  return transfer->editors;
}

/// Whoever is interrupted behind it goes on later: without its annotation the object counts as not
/// applied.
json::Shared Applier::take_over(const kube::Kind& kind, const Json& fresh,
                                const Json& managed_fields, const std::stop_token& stop) {
  const auto key = kube::key_of(fresh);
  const auto patch = json::object(
      {{"metadata",
        json::object({{"resourceVersion", kube::resource_version_of(fresh)},
                      {"managedFields", managed_fields},
                      {"annotations", json::object({{names::applied_annotation, ""}})}})}});
  auto& store = *stores_.of(kind);
  const kube::Store::Write underway(store, key);
  json::Shared ours = client_.merge_patch(kind, key, patch, field_manager, stop);
  store.put(ours);
  return ours;
}

void Applier::tell_drift(const gradient::Parent& parent, const Json& wanted, const Json& drifted,
                         const Json& answer) {
  const auto& kind = kind_of(wanted);
  if (is_scaled_by_others(drifted, wanted)) tell_scaling(parent, wanted, drifted);
  for (const auto& change : taken_back(drifted, wanted, answer))
    record_drift(parent,
                 description(change, describe(kind, kube::key_of(wanted)), kind.kind, parent.name));
}

void Applier::tell_scaling(const gradient::Parent& parent, const Json& wanted,
                           const Json& drifted) {
  const auto scaler = other_scaler(drifted);
  if (scaler.empty()) return;  // it was ourselves, see scale()
  scale_conflicts_.add({parent.ns, parent.name}, scaler);
  record_drift(parent, "the replicas of " + describe(kube::deployments, kube::key_of(wanted)) +
                           " are " + json::text(json::at(wanted, {"spec", "replicas"})) +
                           " again, after " + scaler + " set " +
                           json::text(json::at(drifted, {"spec", "replicas"})) +
                           "; scale GradientDeployment " + parent.name +
                           ", and have an autoscaler aim at it and not at the Deployment");
}

void Applier::record_drift(const gradient::Parent& parent, const std::string& what) {
  if (const auto object = stores_.gradient_deployments.find({parent.ns, parent.name}))
    events_.record(*object, kube::EventType::Normal, "DriftCorrected", what);
}

/// To our second field manager, which keeps the number until the autoscaler's controller sets one
/// (see replicas.h). Before there is an autoscaler, nobody else sees to its lower bound.
void Applier::hand_over_replicas(const Json& live, const Json& wanted, std::int64_t min_replicas,
                                 const std::stop_token& stop) {
  const auto key = kube::key_of(live);
  const auto replicas = json::integer_at(live, {"spec", "replicas"}, 1);
  // An autoscaler does not scale what somebody has scaled to 0: that is how it is switched off.
  const bool is_scaled = replicas > 0 && stores_.autoscalers.find(key).has_value();
  if (!is_scaled && replicas < min_replicas) {
    apply_replicas(live, min_replicas, stop);
  } else if (!is_current(live, wanted)) {  // an apply follows
    const auto fresh = client_.get(kube::deployments, key, stop);
    if (!fresh || !owns_replicas(*fresh)) return;
    const auto now = json::integer_at(*fresh, {"spec", "replicas"}, 1);
    apply_replicas(*fresh, std::max(now, min_replicas), stop);
  }
}

void Applier::apply_replicas(const Json& live, std::int64_t replicas, const std::stop_token& stop) {
  write(kube::deployments, replicas_intent(live, replicas), replicas_field_manager,
        kube::Force::Yes, stop);
}

void Applier::prune(const gradient::Parent& parent, const std::vector<Json>& wanted,
                    const std::stop_token& stop) {
  for (const auto& kind : optional_kinds) {
    auto& store = *stores_.of(kind);
    for (const auto& key : store.indexed_keys(parent_term({parent.ns, parent.name}))) {
      const bool is_wanted = std::any_of(wanted.begin(), wanted.end(), [&](const Json& object) {
        return kind_of(object) == kind && kube::key_of(object) == key;
      });
      if (is_wanted) continue;
      const auto child = store.find(key);
      if (!child || json::string_at(kube::controller_of(*child), {"uid"}) != parent.uid) continue;
      client_.remove(kind, key, kube::uid_of(*child), stop);
      store.erase(*child);
      spdlog::info("deleted object={}", describe(kind, key));
    }
  }
}

void Applier::remove_pull_secret(const gradient::Parent& registry, const std::string& in_use,
                                 const std::stop_token& stop) {
  const kube::Key key{registry.ns, gradient::pull_secret_name(registry.name, {})};
  if (key.name == in_use) return;
  const auto live = polled_.find(kube::secrets, key, stop);
  if (!live || json::string_at(kube::controller_of(*live), {"uid"}) != registry.uid) return;
  polled_.forget(kube::secrets, key);
  client_.remove(kube::secrets, key, kube::uid_of(*live), stop);
  spdlog::info("deleted object={}", describe(kube::secrets, key));
}

void Applier::scale(const gradient::Parent& parent, int replicas, const std::stop_token& stop) {
  const kube::Key key{parent.ns, parent.name};
  const auto live = stores_.deployments.find(key);
  if (!live || json::string_at(kube::controller_of(*live), {"uid"}) != parent.uid) return;
  const bool is_off = json::integer_at(*live, {"spec", "replicas"}, 1) == 0;
  if (is_off == (replicas == 0)) return;
  // With the UID, another object that has the name by now is left alone (422).
  const auto patch = json::object({{"metadata", json::object({{"uid", kube::uid_of(*live)}})},
                                   {"spec", json::object({{"replicas", replicas}})}});
  const kube::Store::Write underway(stores_.deployments, key);
  stores_.deployments.put(client_.merge_patch(kube::deployments, key, patch, field_manager, stop));
}

}  // namespace reconcile
