#include "reconcile/ownership.h"

#include "gradient/spec/exclusive_fields.h"
#include "gradient/spec/list_keys.h"
#include "json/problem.h"
#include "reconcile/field_names.h"
#include "reconcile/refused_fields.h"

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

/// Somewhere in an object: what we want there, and what is there.
struct Place {
  const Json& wanted;
  const Json& live;
  const Json& wanted_around;    ///< the object that it is a member of, or that its list is
  std::string_view field = {};  ///< its name, or that of the list whose element it is
  std::string path = {};        ///< as it is told: "spec.containers[app].ports"
  std::vector<std::string> members = {};  ///< the same without the elements of lists
  std::string_view field_around = {};     ///< of the object that it is a member of
  bool is_element = false;
};

/// Goes through somebody's fields beside what we want.
class Beside {
 public:
  /// Of what is in `fields` and not wanted.
  using IsMeant = std::function<bool(const Place& place)>;

  explicit Beside(const IsMeant& is_meant) : is_meant_(is_meant) {}

  /// What is meant, moved out of `fields`; null when it is nothing.
  Json extract_from(Json& fields, const Place& at) {
    auto meant = Json::object();
    const auto members = fields.as_object();  // as they are before some are moved
    for (const auto& [name, inner] : members) {
      auto moved = is_member(name)    ? of_member(fields, name, at)
                   : is_element(name) ? of_element(fields, name, at)
                                      : Json();
      if (!moved.is_null()) meant[name] = std::move(moved);
    }
    return meant.size() == 0 ? Json() : meant;
  }
  /// Where they were.
  const std::string& paths() const { return paths_; }

 private:
  Json of_member(Json& fields, const std::string& name, const Place& at) {
    const auto member = name.substr(2);
    Place place{.wanted = json::at(at.wanted, {member}),
                .live = json::at(at.live, {member}),
                .wanted_around = at.wanted,
                .field = member,
                .path = json::member_path(at.path, member),
                .members = at.members,
                .field_around = at.field};
    place.members.push_back(member);
    // A list that others alone have is theirs element by element.
    const auto inner = fields.at(name).as_object();
    const bool is_list = std::any_of(inner.begin(), inner.end(),
                                     [](const auto& field) { return is_element(field.first); });
    const bool is_beside = place.wanted.is_null() && !is_list;
    return is_beside ? whole(fields, name, place) : below(fields, name, place);
  }

  Json of_element(Json& fields, const std::string& name, const Place& at) {
    const ElementKeys keys(name);
    const Place place{.wanted = keys.find_in(at.wanted),
                      .live = keys.find_in(at.live),
                      .wanted_around = at.wanted_around,
                      .field = at.field,
                      .path = at.path + keys.text(),
                      .members = at.members,
                      .is_element = true};
    return place.wanted.is_null() ? whole(fields, name, place) : below(fields, name, place);
  }

  Json whole(Json& fields, const std::string& name, const Place& place) {
    if (!is_meant_(place)) return {};
    paths_ += (paths_.empty() ? "" : ", ") + place.path;
    return extract(fields, name);
  }

  /// Without what it has left of `name`, if that is nothing: an empty one would be the whole.
  Json below(Json& fields, const std::string& name, const Place& place) {
    auto moved = extract_from(fields[name], place);
    if (!moved.is_null() && is_empty(fields[name])) fields.erase(name);
    return moved;
  }

  const IsMeant& is_meant_;
  std::string paths_;
};

/// Whether the API server refuses what is there beside what is wanted.
bool is_rival(const Place& place) {
  if (place.is_element) {
    const auto list = gradient::list_without_same_names(place.field);
    const auto name = json::string_at(place.live, {"name"});
    return !list.empty() && !name.empty() &&
           !json::element_with(json::at(place.wanted_around, {list}), "name", name).is_null();
  }
  const auto is_kind = [&](std::string_view member) {
    return gradient::is_exclusive(place.field_around, member);
  };
  const auto& ours = place.wanted_around;
  return is_kind(place.field) && ours.is_object() &&
         std::any_of(ours.as_object().begin(), ours.as_object().end(),
                     [&](const auto& other) { return is_kind(other.first); });
}

std::optional<EditTransfer> transfer_beside(const Json& live, std::string_view manager,
                                            const Json& wanted, const Beside::IsMeant& is_meant) {
  return transfer(json::at(live, {"metadata", "managedFields"}), manager,
                  [&](const Json&, Json& fields, std::string& editor) -> Json {
                    Beside beside(is_meant);
                    auto found = beside.extract_from(
                        fields, {.wanted = wanted, .live = live, .wanted_around = json::null()});
                    editor += " (" + beside.paths() + ")";
                    return found;
                  });
}

}  // namespace

std::optional<EditTransfer> transfer_edits(const Json& managed_fields, std::string_view manager) {
  return transfer(managed_fields, manager,
                  [](const Json& entry, Json& fields, std::string&) -> Json {
                    if (json::string_at(entry, {"operation"}) != "Update") return {};
                    return extract_edits(fields);
                  });
}

std::optional<EditTransfer> transfer_rivals(const Json& live, std::string_view manager,
                                            const Json& wanted) {
  return transfer_beside(live, manager, wanted, is_rival);
}

std::string owners_of_refused(const Json& live, std::string_view manager, const Json& wanted,
                              const std::string& refusal) {
  const auto refused = refused_fields(refusal);
  const auto transfer = transfer_beside(live, manager, wanted, [&](const Place& place) {
    return std::any_of(refused.begin(), refused.end(), [&](const RefusedField& field) {
      return is_about(field, place.members, place.live);
    });
  });
  return transfer ? transfer->editors : "";
}

}  // namespace reconcile
