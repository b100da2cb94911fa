#include "gradient/render/claim.h"

#include "gradient/render/labels.h"
#include "gradient/spec/access_modes.h"
#include "gradient/spec/names.h"

namespace gradient {

using json::Json;
using json::object;

std::optional<Json> render_claim(const Parent& parent, const DatasetSpec& spec) {
  if (!spec.claim_name.empty()) return std::nullopt;
  const auto claim = object({
      {"apiVersion", "v1"},
      {"kind", "PersistentVolumeClaim"},
      {"metadata", object({{"name", parent.name}})},
      {"spec", object({{"accessModes", access_modes_json(spec.access_modes)},
                       {"resources", object({{"requests", object({{"storage", spec.size}})}})},
                       {"storageClassName", json::text_or_null(spec.storage_class)}})},
  });
  // Without an owner the claim outlives its Dataset, and the label lets a later one adopt it.
  const auto owner = spec.reclaim_policy == ReclaimPolicy::Delete ? Owner::Parent : Owner::Nobody;
  return stamped(claim, parent, kind_labels(names::dataset_label, parent), owner);
}

}  // namespace gradient
