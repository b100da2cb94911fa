#include "reconcile/dataset_reconciler.h"

#include "gradient/render/claim.h"
#include "gradient/spec/access_modes.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/status/events.h"
#include "gradient/status/simple_status.h"
#include "reconcile/observer.h"

namespace reconcile {
namespace {

/// What was refused may be granted, and a volume fail to be made, without an event to us.
constexpr std::chrono::minutes look_again{1};

/// What dependents and users need to know of the claim.
json::Json claim_fields(const json::Json& claim) {
  return json::object({{"claimName", kube::key_of(claim).name},
                       {"phase", json::at(claim, {"status", "phase"})},
                       {"requested", json::at(claim, {"spec", "resources", "requests", "storage"})},
                       {"capacity", json::at(claim, {"status", "capacity", "storage"})},
                       {"accessModes", json::at(claim, {"spec", "accessModes"})}});
}

std::string phase(const json::Json& claim) {
  return json::string_at(claim, {"status", "phase"});
}

bool is_bound(const json::Json& claim) {
  return phase(claim) == "Bound";
}

/// A size can only be changed once a volume is bound; before, the claim stays as it was made.
bool must_wait_for_volume(const json::Json& live, const json::Json& wanted) {
  return !is_bound(live) &&
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

gradient::Blocker no_claim(const gradient::DatasetSpec& spec, const std::string& ns) {
  return {"ClaimNotFound", "spec.claimName: there is no PersistentVolumeClaim " + spec.claim_name +
                               " in namespace " + ns +
                               "; create it, or give spec.size to have one made"};
}

struct Told {
  bool ready;
  std::string reason, message;
};

/// Of a claim that is there. A claim that waits for its volume is no hindrance: many are bound only
/// when a pod uses them. Nor is one that could not be changed.
Told tell(const json::Json& claim, const std::optional<gradient::Blocker>& refused,
          const std::string& trouble) {
  const auto name = "PersistentVolumeClaim " + kube::key_of(claim).name;
  if (refused && refused->reason == "NameConflict")
    return {false, refused->reason, refused->message};
  if (refused && !is_bound(claim)) {
    return {false, refused->reason,
            name +
                " has no volume yet and cannot be changed; delete it (kubectl delete pvc), and "
                "it is made anew as the spec says: " +
                refused->message};
  }
  if (kube::is_being_deleted(claim)) {
    return {false, "ClaimTerminating",
            name +
                " is being deleted and goes, with its files, when no pod uses it any more; copy "
                "what you need"};
  }
  if (phase(claim) == "Lost") return {false, "ClaimLost", name + " has lost its volume"};
  if (refused) {
    return {true, refused->reason,
            name + " is bound, but stays as it is: " + refused->message +
                "; if its class cannot grow volumes, write spec.size as it was"};
  }
  if (is_bound(claim)) return {true, "Ready", name + " is bound"};
  if (!trouble.empty()) return {true, "ClaimPending", name + " is not bound: " + trouble};
  return {true, "Ready", name + " is bound when the first pod uses it"};
}

}  // namespace

kube::Outcome DatasetReconciler::reconcile(const kube::Key& key, const std::stop_token& stop) {
  const auto object = context_.stores.datasets.find(key);
  const Ref self{std::string(datasets.kind), key};
  if (!object || kube::is_being_deleted(*object)) {
    refer_to_nothing(context_, self);
    context_.reader.forget(self);
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
  refer_only(context_, self,
             spec.claim_name.empty()
                 ? std::set<Ref>{}
                 : std::set<Ref>{{std::string(kube::claims.kind), {key.ns, spec.claim_name}}});

  const auto refused = apply_claim(parent, spec, stop);
  const auto found = claim(parent, spec, stop);
  if (!found) {
    const auto told = refused ? *refused : no_claim(spec, key.ns);
    publish(false, told.reason, told.message, {});
    return refused ? kube::Outcome::again_in(look_again) : kube::Outcome::done();
  }
  const auto why = trouble(self, *found);
  if (!why) return kube::Outcome::again_in(Reader::patience);
  const bool is_theirs = refused && refused->reason == "NameConflict";
  if (is_bound(*found) && !is_theirs)
    content = collector_.content(*object, found_dataset(spec, *found), stop);
  const auto told = tell(*found, refused, *why);
  publish(told.ready, told.reason, told.message, claim_fields(*found));
  if (refused || phase(*found) == "Pending") return kube::Outcome::again_in(look_again);
  if (is_bound(*found)) return kube::Outcome::again_in(Collector::period);
  return kube::Outcome::done();
}

std::optional<gradient::Blocker> DatasetReconciler::apply_claim(const gradient::Parent& parent,
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

/// Why a claim is not bound, in the words of who should make its volume; "" when nothing is wrong.
/// Empty while that is about to be read for the first time.
std::optional<std::string> DatasetReconciler::trouble(const Ref& self, const json::Json& claim) {
  if (phase(claim) != "Pending") {
    context_.reader.forget(self);
    return "";
  }
  const auto known =
      context_.reader
          .ask(self, {events_of(context_.client, claim, "events of PersistentVolumeClaim ")})
          .front();
  if (known.is_awaited) return std::nullopt;
  std::string message;
  std::string last_seen;
  for (const auto& event : known.found) {
    const auto seen = gradient::diagnosis::seen(event);
    if (json::string_at(event, {"type"}) != "Warning" || seen < last_seen) continue;
    last_seen = seen;
    message = json::string_at(event, {"message"});
  }
  return message;
}

}  // namespace reconcile
