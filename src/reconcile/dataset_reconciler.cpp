#include "reconcile/dataset_reconciler.h"

#include "gradient/render/claim.h"
#include "gradient/spec/access_modes.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/status/simple_status.h"
#include "reconcile/observer.h"

namespace reconcile {
namespace {

/// What was refused may be granted, and a volume fail to be made, without an event to us.
constexpr std::chrono::minutes requeue_interval{1};

Ref self(const kube::Key& key) {
  return {std::string(datasets.kind), key};
}

/// A claim of somebody else brings no watch event.
std::set<Ref> references(const kube::Key& key, const gradient::DatasetSpec& spec) {
  if (spec.claim_name.empty()) return {};
  return {{std::string(kube::claims.kind), {key.ns, spec.claim_name}}};
}

const json::Json& requested_size(const json::Json& claim) {
  return json::at(claim, {"spec", "resources", "requests", "storage"});
}

/// The API server forbids a change of the size before the claim is bound: until then it stays as it
/// was made.
bool must_wait_for_volume(const json::Json& live, const json::Json& wanted) {
  return gradient::claim_phase(live) != "Bound" &&
         !json::equal(requested_size(live), requested_size(wanted));
}

gradient::FoundDataset found_dataset(const gradient::DatasetSpec& spec, const json::Json& claim) {
  return {.claim = kube::key_of(claim).name,
          .access_modes = gradient::access_modes(json::at(claim, {"spec", "accessModes"})),
          .run_as_user = spec.run_as_user,
          .run_as_group = spec.run_as_group};
}

kube::Outcome next_look(const gradient::ObservedClaim& claim) {
  if (claim.refused) return {.requeue_after = requeue_interval, .is_refused = true};
  if (!claim.live) return kube::Outcome::done();  // watch or polling cache brings it back
  const auto phase = gradient::claim_phase(*claim.live);
  if (phase == "Pending") return {.requeue_after = requeue_interval};
  if (phase == "Bound") return {.requeue_after = Collector::period};
  return kube::Outcome::done();
}

}  // namespace

kube::Outcome DatasetReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = parts_.stores.datasets.find(key);
  if (!object || kube::is_being_deleted(*object)) return forget(key);
  const auto parent = gradient::parent(*object);
  const auto& previous = json::at(*object, {"status"});
  const auto used_by = gradient::used_by(parts_.stores.users_of(self(key)));

  const auto read = gradient::read_dataset(*object);
  if (const auto* problems = std::get_if<json::Problems>(&read)) {
    const auto status = gradient::invalid_dataset_status(parent, *problems, used_by, previous,
                                                         parts_.publisher.now());
    parts_.publisher.publish(datasets, *object, status, stop);
    return kube::Outcome::done();  // its next edit brings it back
  }
  const auto& spec = std::get<gradient::DatasetSpec>(read);
  parts_.references.replace(self(key), references(key, spec));

  const auto claim = ensure_claim(parent, spec, stop);
  if (!claim) return {.requeue_after = BackgroundReader::first_result_timeout};
  const auto content = collect(*object, spec, *claim, stop);
  const auto status = gradient::dataset_status({.parent = parent,
                                                .spec = spec,
                                                .claim = *claim,
                                                .content = content,
                                                .used_by = used_by,
                                                .previous = previous,
                                                .now = parts_.publisher.now()});
  parts_.publisher.publish(datasets, *object, status, stop);
  return next_look(*claim);
}

kube::Outcome DatasetReconciler::forget(const kube::Key& key) {
  parts_.references.remove(self(key));
  parts_.reader.forget(self(key));
  parts_.collector.forget(key);
  parts_.content_references.forget(key);
  return kube::Outcome::done();
}

std::optional<gradient::ObservedClaim> DatasetReconciler::ensure_claim(
    const gradient::Parent& parent, const gradient::DatasetSpec& spec,
    const std::stop_token& stop) {
  gradient::ObservedClaim claim;
  claim.refused = apply_claim(parent, spec, stop);
  claim.live = find_claim(parent, spec, stop);
  if (!claim.live) return claim;
  claim.is_retained = gradient::is_retained(parent, spec, claim.live);
  const auto subscriber = self({parent.ns, parent.name});
  if (gradient::claim_phase(*claim.live) != "Pending") {
    parts_.reader.forget(subscriber);
    return claim;
  }
  const auto query = events_of(parts_.client, *claim.live, "events of PersistentVolumeClaim ");
  auto cached = parts_.reader.get(subscriber, {query}).front();
  if (cached.is_pending) return std::nullopt;
  claim.events = std::move(cached.values);
  return claim;
}

std::optional<gradient::Blocker> DatasetReconciler::apply_claim(const gradient::Parent& parent,
                                                                const gradient::DatasetSpec& spec,
                                                                const std::stop_token& stop) {
  if (!spec.claim_name.empty()) return std::nullopt;
  const kube::Key key{parent.ns, parent.name};
  const auto stored = parts_.stores.claims.find(key);
  // Who made a claim decides whether it may be deleted, and the store may not have it yet.
  const auto live = stored ? stored : parts_.client.get(kube::claims, key, stop);
  const auto wanted = gradient::render_claim(parent, spec, live);
  if (stored && must_wait_for_volume(*stored, *wanted)) return std::nullopt;
  const auto refused = parts_.applier.apply(parent, {*wanted}, stop);
  if (refused.empty()) return std::nullopt;
  return refused.front();
}

json::Shared DatasetReconciler::find_claim(const gradient::Parent& parent,
                                           const gradient::DatasetSpec& spec,
                                           const std::stop_token& stop) {
  if (spec.claim_name.empty()) return parts_.stores.claims.find({parent.ns, parent.name});
  return parts_.polled.find(kube::claims, {parent.ns, spec.claim_name}, stop);
}

json::Shared DatasetReconciler::collect(const json::Json& dataset,
                                        const gradient::DatasetSpec& spec,
                                        const gradient::ObservedClaim& claim,
                                        const std::stop_token& stop) {
  if (!gradient::holds_content(claim)) return std::nullopt;
  return parts_.collector.content(dataset, found_dataset(spec, *claim.live), stop);
}

}  // namespace reconcile
