#include "gradient/render/claim.h"

#include "gradient/render/labels.h"
#include "gradient/spec/access_modes.h"
#include "gradient/spec/names.h"

namespace gradient {

using json::Json;
using json::object;

namespace {

/// The UID of the Dataset that made a claim; "" when that cannot be told.
std::string maker(const Parent& parent, const json::Shared& live) {
  if (!live) return parent.uid;
  const auto noted =
      json::string_at(*live, {"metadata", "annotations", names::dataset_uid_annotation});
  if (!noted.empty()) return noted;
  for (const auto& owner : json::elements_at(*live, {"metadata", "ownerReferences"})) {
    if (json::string_at(owner, {"uid"}) == parent.uid) return parent.uid;
  }
  return "";
}

}  // namespace

bool is_retained(const Parent& parent, const DatasetSpec& spec, const json::Shared& live) {
  if (!live || !spec.claim_name.empty() || spec.reclaim_policy != ReclaimPolicy::Delete)
    return false;
  const auto allowed =
      json::string_at(*live, {"metadata", "annotations", names::reclaim_policy_annotation});
  return maker(parent, live) != parent.uid && allowed != "Delete";
}

json::Shared render_claim(const Parent& parent, const DatasetSpec& spec, const json::Shared& live) {
  if (!spec.claim_name.empty()) return std::nullopt;
  const auto made_by = json::text_or_null(maker(parent, live));
  const auto claim = object({
      {"apiVersion", "v1"},
      {"kind", "PersistentVolumeClaim"},
      {"metadata",
       object({{"name", parent.name},
               {"annotations",
                made_by.is_null() ? Json() : object({{names::dataset_uid_annotation, made_by}})}})},
      {"spec", object({{"accessModes", access_modes_json(spec.access_modes)},
                       {"resources", object({{"requests", object({{"storage", spec.size}})}})},
                       {"storageClassName", json::text_or_null(spec.storage_class)}})},
  });
  // Without an owner the claim outlives its Dataset, and the label lets a later one adopt it.
  const bool is_owned =
      spec.reclaim_policy == ReclaimPolicy::Delete && !is_retained(parent, spec, live);
  return stamped(claim, parent, kind_labels(names::dataset_label, parent),
                 is_owned ? Owner::Parent : Owner::Nobody);
}

}  // namespace gradient
