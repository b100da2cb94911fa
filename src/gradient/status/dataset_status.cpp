#include "gradient/status/dataset_status.h"

#include "gradient/spec/names.h"
#include "gradient/status/events.h"
#include "gradient/status/simple_status.h"

#include <utility>

namespace gradient {
namespace {

using json::Json;

struct Ready {
  bool is_true;
  std::string reason, message;
};

Ready without_claim(const DatasetStatusInput& input) {
  if (input.claim.refused)
    return {false, input.claim.refused->reason, input.claim.refused->message};
  return {false, "ClaimNotFound",
          "spec.claimName: there is no PersistentVolumeClaim " + input.spec.claim_name +
              " in namespace " + input.parent.ns +
              "; create it, or give spec.size to have one made"};
}

/// Why a claim is Pending, in the words of the provisioner or the volume controller; "" while they
/// have not complained.
std::string last_warning(const std::vector<Json>& events) {
  std::string message;
  std::string last_seen;
  for (const auto& event : events) {
    const auto seen = diagnosis::seen(event);
    if (json::string_at(event, {"type"}) != "Warning" || seen < last_seen) continue;
    last_seen = seen;
    message = json::string_at(event, {"message"});
  }
  return message;
}

Ready with_claim(const Json& live, const DatasetStatusInput& input) {
  const auto& claim = input.claim;
  const auto live_name = json::string_at(live, {"metadata", "name"});
  const auto name = "PersistentVolumeClaim " + live_name;
  const auto phase = claim_phase(live);
  const auto& refused = claim.refused;
  if (refused && refused->reason == "NameConflict")
    return {false, refused->reason, refused->message};
  if (refused && phase != "Bound") {
    return {false, refused->reason,
            name +
                " has no volume yet and cannot be changed; delete it (kubectl delete pvc), and "
                "it is made anew as the spec says: " +
                refused->message};
  }
  if (!json::string_at(live, {"metadata", "deletionTimestamp"}).empty()) {
    return {false, "ClaimTerminating",
            name +
                " is being deleted and goes, with its files, when no pod uses it any more; copy "
                "what you need"};
  }
  if (phase == "Lost") return {false, "ClaimLost", name + " has lost its volume"};
  if (refused) {
    return {true, refused->reason,
            name + " is bound, but stays as it is: " + refused->message +
                "; if its class cannot grow volumes, write spec.size as it was"};
  }
  const auto warning = last_warning(claim.events);
  if (phase != "Bound" && !warning.empty())
    return {true, "ClaimPending", name + " is not bound: " + warning};
  const auto bound = name + " is bound" + (phase == "Bound" ? "" : " when the first pod uses it");
  if (claim.is_retained) {
    return {
        true, "ClaimRetained",
        bound +
            ", and stays, with its files, when this Dataset is deleted, as it was not made by it; "
            "spec.reclaimPolicy Delete applies after kubectl annotate pvc " +
            live_name + " -n " + input.parent.ns + " " + names::reclaim_policy_annotation +
            "=Delete"};
  }
  return {true, "Ready", bound};
}

/// What dependents and users need to know of the claim.
Json claim_fields(const Json& claim) {
  return json::object({{"claimName", json::at(claim, {"metadata", "name"})},
                       {"phase", json::at(claim, {"status", "phase"})},
                       {"requested", json::at(claim, {"spec", "resources", "requests", "storage"})},
                       {"capacity", json::at(claim, {"status", "capacity", "storage"})},
                       {"accessModes", json::at(claim, {"spec", "accessModes"})}});
}

}  // namespace

std::string claim_phase(const Json& claim) {
  return json::string_at(claim, {"status", "phase"});
}

bool holds_content(const ObservedClaim& claim) {
  const bool is_foreign = claim.refused && claim.refused->reason == "NameConflict";
  return claim.live && claim_phase(*claim.live) == "Bound" && !is_foreign;
}

Json dataset_status(const DatasetStatusInput& input) {
  const auto& live = input.claim.live;
  const auto ready = live ? with_claim(*live, input) : without_claim(input);
  auto fields = live ? claim_fields(*live) : Json::object();
  // What is on a volume stays true while its claim is in trouble.
  const auto& content = input.content ? *input.content : json::at(input.previous, {"content"});
  if (!content.is_null()) fields["content"] = content;
  if (input.used_by.is_null()) {
    const auto since = json::string_at(input.previous, {"unusedSince"});
    fields["unusedSince"] = Json(since.empty() ? input.now : since);
  }
  return simple_status({.parent = input.parent,
                        .is_ready = ready.is_true,
                        .reason = ready.reason,
                        .message = ready.message,
                        .fields = std::move(fields),
                        .used_by = input.used_by,
                        .previous = input.previous,
                        .now = input.now});
}

Json invalid_dataset_status(const Parent& parent, const json::Problems& problems,
                            const Json& used_by, const Json& previous, const std::string& now) {
  return simple_status(
      {.parent = parent,
       .is_ready = false,
       .reason = "InvalidSpec",
       .message = json::text(problems),
       .fields = json::object({{"content", json::at(previous, {"content"})},
                               {"unusedSince", json::at(previous, {"unusedSince"})}}),
       .used_by = used_by,
       .previous = previous,
       .now = now});
}

}  // namespace gradient
