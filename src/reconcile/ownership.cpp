#include "reconcile/ownership.h"

#include <algorithm>
#include <vector>

namespace reconcile {
namespace {

using json::Json;

/// The member `name`, moved out of `object`; null when there is none.
Json extract(Json& object, const std::string& name) {
  if (!object.is_object() || !object.has_field(name)) return {};
  auto member = object.at(name);
  object.erase(name);
  return member;
}

bool is_empty(const Json& value) {
  return value.is_null() || (value.is_object() && value.size() == 0);
}

/// Unites two sets of fields: objects whose members are the fields.
void add(Json& fields, const Json& more) {
  for (const auto& [name, inner] : more.as_object()) {
    if (fields.has_field(name)) {
      add(fields[name], inner);
    } else {
      fields[name] = inner;
    }
  }
}

/// What of somebody's update is transferred, moved out of `fields`; null when it is nothing.
Json extract_edits(Json& fields) {
  auto spec = extract(fields, "f:spec");
  if (is_empty(spec)) return {};
  auto pod_template = extract(spec, "f:template");
  const auto labels = extract(pod_template, "f:metadata");
  const auto left = json::object(
      {{"f:replicas", extract(spec, "f:replicas")},
       {"f:template", labels.is_null() ? Json() : json::object({{"f:metadata", labels}})}});
  if (!is_empty(pod_template)) spec["f:template"] = pod_template;
  if (left.size() > 0) fields["f:spec"] = left;
  return is_empty(spec) ? Json() : json::object({{"f:spec", spec}});
}

/// An entry names its fields as its own apiVersion does, so those of another version cannot be
/// added to ours.
bool is_edit_beside(const Json& ours, const Json& entry) {
  return json::string_at(entry, {"operation"}) == "Update" &&
         json::at(entry, {"subresource"}).is_null() && json::at(entry, {"fieldsV1"}).is_object() &&
         json::string_at(entry, {"manager"}) != json::string_at(ours, {"manager"}) &&
         json::string_at(entry, {"apiVersion"}) == json::string_at(ours, {"apiVersion"});
}

}  // namespace

std::optional<EditTransfer> transfer_edits(const Json& managed_fields, std::string_view manager) {
  if (!managed_fields.is_array()) return std::nullopt;
  std::vector<Json> entries(managed_fields.as_array().begin(), managed_fields.as_array().end());
  const auto ours = std::find_if(entries.begin(), entries.end(), [&](const Json& entry) {
    return json::string_at(entry, {"manager"}) == manager &&
           json::string_at(entry, {"operation"}) == "Apply" &&
           json::at(entry, {"fieldsV1"}).is_object();
  });
  if (ours == entries.end()) return std::nullopt;
  std::string editors;
  for (auto& entry : entries) {
    if (!is_edit_beside(*ours, entry)) continue;
    const auto edits = extract_edits(entry["fieldsV1"]);
    if (edits.is_null()) continue;
    add((*ours)["fieldsV1"], edits);
    editors += (editors.empty() ? "" : ", ") + json::string_at(entry, {"manager"});
  }
  if (editors.empty()) return std::nullopt;
  std::erase_if(entries, [](const Json& entry) { return is_empty(json::at(entry, {"fieldsV1"})); });
  return EditTransfer{json::array(std::move(entries)), std::move(editors)};
}

}  // namespace reconcile
