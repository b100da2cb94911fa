#include "reconcile/ownership.h"

#include "gradient/spec/exclusive_fields.h"

#include <algorithm>
#include <functional>
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
bool is_beside(const Json& ours, const Json& entry) {
  return json::at(entry, {"subresource"}).is_null() && json::at(entry, {"fieldsV1"}).is_object() &&
         json::string_at(entry, {"manager"}) != json::string_at(ours, {"manager"}) &&
         json::string_at(entry, {"apiVersion"}) == json::string_at(ours, {"apiVersion"});
}

/// What of an entry's fields is handed over, moved out of them; null when it is nothing.
/// `editor` is whose they are, and may be written on.
using Extract = std::function<Json(const Json& entry, Json& fields, std::string& editor)>;

std::optional<EditTransfer> transfer(const Json& managed_fields, std::string_view manager,
                                     const Extract& extract_from) {
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
    if (!is_beside(*ours, entry)) continue;
    auto editor = json::string_at(entry, {"manager"});
    const auto edits = extract_from(entry, entry["fieldsV1"], editor);
    if (edits.is_null()) continue;
    add((*ours)["fieldsV1"], edits);
    editors += (editors.empty() ? "" : ", ") + editor;
  }
  if (editors.empty()) return std::nullopt;
  std::erase_if(entries, [](const Json& entry) { return is_empty(json::at(entry, {"fieldsV1"})); });
  return EditTransfer{json::array(std::move(entries)), std::move(editors)};
}

/// The element of `list` that `k:{"name":"app"}` is about; null when there is none.
const Json& element(const Json& list, const Json& keys) {
  if (!list.is_array() || !keys.is_object()) return json::null();
  for (const auto& candidate : list.as_array()) {
    const bool is_it = std::all_of(
        keys.as_object().begin(), keys.as_object().end(),
        [&](const auto& key) { return json::equal(json::at(candidate, {key.first}), key.second); });
    if (is_it) return candidate;
  }
  return json::null();
}

std::string text_of_keys(const Json& keys) {
  const auto name = json::string_at(keys, {"name"});
  return name.empty() ? json::text(keys) : name;
}

/// Goes through somebody's fields beside what we want there.
class Rivals {
 public:
  /// `field` as is_exclusive() has it.
  Json extract_from(Json& fields, const Json& wanted, std::string_view field,
                    const std::string& path) {
    auto rivals = Json::object();
    const auto members = fields.as_object();  // as they are before some are moved
    for (const auto& [name, inner] : members) {
      auto moved = name.starts_with("f:") ? of_member(fields, name, wanted, field, path)
                                          : of_element(fields, name, wanted, field, path);
      if (!moved.is_null()) rivals[name] = std::move(moved);
    }
    return rivals.size() == 0 ? Json() : rivals;
  }
  /// Where they were.
  const std::string& paths() const { return paths_; }

 private:
  Json of_member(Json& fields, const std::string& name, const Json& wanted, std::string_view field,
                 const std::string& path) {
    const auto member = name.substr(2);
    const auto at = path.empty() ? member : path + "." + member;
    const auto& ours = json::at(wanted, {member});
    if (!ours.is_null()) return below(fields, name, ours, member, at);
    const bool is_rival =
        wanted.is_object() && gradient::is_exclusive(field, member) &&
        std::any_of(wanted.as_object().begin(), wanted.as_object().end(),
                    [&](const auto& other) { return gradient::is_exclusive(field, other.first); });
    if (!is_rival) return {};
    paths_ += (paths_.empty() ? "" : ", ") + at;
    return extract(fields, name);
  }

  Json of_element(Json& fields, const std::string& name, const Json& wanted, std::string_view field,
                  const std::string& path) {
    if (!name.starts_with("k:")) return {};
    const auto keys = json::parse(name.substr(2));
    const auto& ours = element(wanted, keys);
    if (ours.is_null()) return {};
    return below(fields, name, ours, field, path + "[" + text_of_keys(keys) + "]");
  }

  /// Without what it has left of `name`, if that is nothing: an empty one would be the whole.
  Json below(Json& fields, const std::string& name, const Json& ours, std::string_view field,
             const std::string& path) {
    auto moved = extract_from(fields[name], ours, field, path);
    if (!moved.is_null() && is_empty(fields[name])) fields.erase(name);
    return moved;
  }

  std::string paths_;
};

}  // namespace

std::optional<EditTransfer> transfer_edits(const Json& managed_fields, std::string_view manager) {
  return transfer(managed_fields, manager,
                  [](const Json& entry, Json& fields, std::string&) -> Json {
                    if (json::string_at(entry, {"operation"}) != "Update") return {};
                    return extract_edits(fields);
                  });
}

std::optional<EditTransfer> transfer_rivals(const Json& managed_fields, std::string_view manager,
                                            const Json& wanted) {
  return transfer(managed_fields, manager,
                  [&](const Json&, Json& fields, std::string& editor) -> Json {
                    Rivals rivals;
                    auto found = rivals.extract_from(fields, wanted, {}, {});
                    editor += " (" + rivals.paths() + ")";
                    return found;
                  });
}

}  // namespace reconcile
