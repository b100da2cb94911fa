#include "reconcile/dataset_reconciler.h"

#include "gradient/render/render.h"
#include "gradient/spec/access_modes.h"
#include "gradient/spec/read_spec.h"
#include "gradient/status/status.h"

namespace reconcile {
namespace {

constexpr std::chrono::minutes retry_refused{1};

/// What dependents and users need to know of the claim.
json::Json claim_fields(const json::Json& claim) {
  return json::object({{"claimName", kube::key_of(claim).name},
                       {"phase", json::at(claim, {"status", "phase"})},
                       {"capacity", json::at(claim, {"status", "capacity", "storage"})},
                       {"accessModes", json::at(claim, {"spec", "accessModes"})}});
}

/// A size can only be changed once a volume is bound; before, the claim stays as it was made.
bool must_wait_for_volume(const json::Json& live, const json::Json& wanted) {
  return json::string_at(live, {"status", "phase"}) != "Bound" &&
         !json::equal(json::at(live, {"spec", "resources", "requests", "storage"}),
                      json::at(wanted, {"spec", "resources", "requests", "storage"}));
}

json::Json with_content(json::Json fields, const json::Json& content) {
  if (content.is_null()) return fields;
  if (fields.is_null()) fields = json::Json::object();
  fields["content"] = content;
  return fields;
}

gradient::FoundDataset found_dataset(const gradient::DatasetSpec& spec, const json::Json& claim) {
  return {.claim = kube::key_of(claim).name,
          .access_modes = gradient::access_modes(json::at(claim, {"spec", "accessModes"})),
          .run_as_user = spec.run_as_user,
          .run_as_group = spec.run_as_group};
}

}  // namespace

kube::Outcome DatasetReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = context_.stores.datasets.find(key);
  const Ref self{std::string(datasets.kind), key};
  if (!object || kube::is_being_deleted(*object)) {
    context_.dependents.set(self, {});
    collector_.forget(key);
    context_.uses.forget(key);
    return kube::Outcome::done();
  }
  const auto parent = gradient::parent(*object);
  const auto& previous = json::at(*object, {"status"});
  auto content = json::at(previous, {"content"});  // true while the claim is in trouble, too
  const auto publish = [&](bool ready, const std::string& reason, const std::string& message,
                           const json::Json& fields) {
    publisher_.publish(
        datasets, *object,
        gradient::simple_status(parent, ready, reason, message, with_content(fields, content),
                                previous, publisher_.now()),
        stop);
  };
  const auto read = gradient::read_dataset(*object);
  if (const auto* problems = std::get_if<json::Problems>(&read)) {
    publish(false, "InvalidSpec", json::text(*problems), {});
    return kube::Outcome::done();
  }
  const auto& spec = std::get<gradient::DatasetSpec>(read);
  context_.dependents.set(
      self, spec.claim_name.empty()
                ? std::set<Ref>{}
                : std::set<Ref>{{std::string(kube::claims.kind), {key.ns, spec.claim_name}}});

  const auto refused = apply_claim(parent, spec, stop);
  const auto found = claim(parent, spec, stop);
  if (refused) {
    publish(false, refused->reason, refused->message, found ? claim_fields(*found) : json::Json());
    return kube::Outcome::again_in(retry_refused);
  }
  if (!found) {
    publish(false, "ClaimNotFound",
            "spec.claimName: there is no PersistentVolumeClaim " + spec.claim_name +
                " in namespace " + key.ns + "; create it, or give spec.size to have one made",
            {});
  } else if (json::string_at(*found, {"status", "phase"}) == "Lost") {
    publish(
        false, "ClaimLost",
        "PersistentVolumeClaim " + kube::to_string(kube::key_of(*found)) + " has lost its volume",
        claim_fields(*found));
  } else if (json::string_at(*found, {"status", "phase"}) != "Bound") {
    publish(true, "Ready",
            "PersistentVolumeClaim " + kube::key_of(*found).name +
                " is bound when the first pod uses it",
            claim_fields(*found));
  } else {
    content = collector_.content(*object, found_dataset(spec, *found), stop);
    publish(true, "Ready", "PersistentVolumeClaim " + kube::key_of(*found).name + " is bound",
            claim_fields(*found));
    return kube::Outcome::again_in(Collector::period);
  }
  return kube::Outcome::done();
}

std::optional<gradient::Missing> DatasetReconciler::apply_claim(const gradient::Parent& parent,
                                                                const gradient::DatasetSpec& spec,
                                                                const std::stop_token& stop) {
  const auto wanted = gradient::render_claim(parent, spec);
  if (!wanted) return std::nullopt;
  const auto live = context_.stores.claims.find(kube::key_of(*wanted));
  if (live && must_wait_for_volume(*live, *wanted)) return std::nullopt;
  const auto refused = applier_.apply(parent, {*wanted}, stop);
  if (refused.empty()) return std::nullopt;
  return refused.front();
}

std::optional<json::Json> DatasetReconciler::claim(const gradient::Parent& parent,
                                                   const gradient::DatasetSpec& spec,
                                                   const std::stop_token& stop) {
  if (spec.claim_name.empty()) return context_.stores.claims.find({parent.ns, parent.name});
  return context_.polled.find(kube::claims, {parent.ns, spec.claim_name}, stop);
}

}  // namespace reconcile
