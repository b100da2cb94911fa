#include "gradient/render/labels.h"

#include "base/hash.h"
#include "gradient/spec/names.h"

namespace gradient {
namespace {

using json::array;
using json::Json;
using json::object;

constexpr const char* managed_by_label = "app.kubernetes.io/managed-by";

Json owner_reference(const Parent& parent) {
  return object({{"apiVersion", names::api_version},
                 {"kind", parent.kind},
                 {"name", parent.name},
                 {"uid", parent.uid},
                 {"controller", true},
                 {"blockOwnerDeletion", true}});
}

}  // namespace

Json deployment_labels(const Parent& parent) {
  return object({{"app.kubernetes.io/name", parent.name},
                 {"app.kubernetes.io/instance", parent.name},
                 {managed_by_label, names::managed_by},
                 {names::deployment_label, parent.name}});
}

Json match_labels(const Parent& parent) {
  return object({{names::deployment_label, parent.name}});
}

Json selector(const Parent& parent) {
  return object({{"matchLabels", match_labels(parent)}});
}

Json kind_labels(const char* label, const Parent& parent) {
  constexpr std::size_t longest_value = 63;
  return object({{managed_by_label, names::managed_by},
                 {label, parent.name.size() <= longest_value ? parent.name
                                                             : names::container("", parent.name)}});
}

Json stamped(Json object, const Parent& parent, const Json& labels, Owner owner) {
  auto& metadata = object["metadata"];
  metadata["namespace"] = Json(parent.ns);
  metadata["labels"] = labels;
  if (owner == Owner::Parent) metadata["ownerReferences"] = array({owner_reference(parent)});
  const auto hash = base::short_hash(json::text(object));
  auto& annotations = metadata["annotations"];
  if (annotations.is_null()) annotations = Json::object();
  annotations[names::applied_annotation] = Json(hash);
  return object;
}

}  // namespace gradient
