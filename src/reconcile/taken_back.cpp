#include "reconcile/taken_back.h"

#include "gradient/render/spec_field.h"
#include "gradient/spec/names.h"
#include "json/problem.h"
#include "kube/object.h"
#include "reconcile/drift.h"
#include "reconcile/field_names.h"
#include "reconcile/ownership.h"

#include <algorithm>

namespace reconcile {
namespace {

using json::Json;

/// A field in the three objects.
struct Field {
  const Json& before;
  const Json& wanted;
  const Json& after;
  std::string path = {};

  Field member(const std::string& name) const {
    return {json::at(before, {name}), json::at(wanted, {name}), json::at(after, {name}),
            json::member_path(path, name)};
  }
  Field element(const ElementKeys& keys) const {
    return {keys.find_in(before), keys.find_in(wanted), keys.find_in(after), path + keys.text()};
  }
  bool has_changed() const { return !json::equal(before, after); }
};

bool is_composed(const Json& fields) {
  return fields.is_object() &&
         std::any_of(fields.as_object().begin(), fields.as_object().end(), [](const auto& field) {
           return is_member(field.first) || is_element(field.first);
         });
}

/// Goes through somebody's fields.
void gather(const Json& fields, const Field& at, std::vector<std::string>& paths) {
  for (const auto& [name, inner] : fields.as_object()) {
    if (!is_member(name) && !is_element(name)) continue;
    const auto field = is_member(name) ? at.member(name.substr(2)) : at.element(ElementKeys(name));
    const bool is_of_spec = field.path.starts_with("spec");
    if (!field.has_changed() || (!is_of_spec && field.wanted.is_null()) ||
        field.path == "spec.replicas")
      continue;
    const bool is_gone = field.before.is_null() || field.after.is_null();
    if (is_composed(inner) && !is_gone) {
      gather(inner, field, paths);
    } else {
      paths.push_back(field.path);
    }
  }
}

bool is_of_others(const Json& entry) {
  const auto manager = json::string_at(entry, {"manager"});
  return manager != field_manager && manager != replicas_field_manager &&
         json::at(entry, {"fieldsV1"}).is_object();
}

void add(std::vector<TakenBack>& all, TakenBack found) {
  if (found.paths.empty()) return;
  const auto same = std::find_if(all.begin(), all.end(), [&](const TakenBack& other) {
    return other.manager == found.manager;
  });
  if (same == all.end()) {
    all.push_back(std::move(found));
  } else {
    same->paths.insert(same->paths.end(), found.paths.begin(), found.paths.end());
  }
}

std::vector<std::string> back_again(const Json& before, const Json& wanted, const Json& after) {
  const auto intent = [](const Json& object) {
    return kube::annotation_of(object, gradient::names::applied_annotation);
  };
  if (intent(before) != intent(wanted)) return {};
  auto paths = missing(before, wanted);
  const auto still = missing(after, wanted);
  std::erase_if(paths, [&](const std::string& path) {
    return path == "spec.replicas" || std::find(still.begin(), still.end(), path) != still.end();
  });
  return paths;
}

/// Each once; an event has room for 1,024 characters.
std::string joined(const std::vector<std::string>& parts) {
  constexpr std::size_t most = 5;
  std::vector<std::string> different;
  for (const auto& part : parts)
    if (!part.empty() && std::find(different.begin(), different.end(), part) == different.end())
      different.push_back(part);
  std::string text;
  for (std::size_t i = 0; i < std::min(most, different.size()); ++i)
    text += (text.empty() ? "" : ", ") + different[i];
  if (different.size() > most) text += " and " + std::to_string(different.size() - most) + " more";
  return text;
}

}  // namespace

std::vector<TakenBack> taken_back(const Json& before, const Json& wanted, const Json& after) {
  std::vector<TakenBack> all;
  for (const auto& entry : json::elements_at(before, {"metadata", "managedFields"})) {
    if (!is_of_others(entry)) continue;
    TakenBack found{.manager = json::string_at(entry, {"manager"}), .paths = {}};
    gather(json::at(entry, {"fieldsV1"}), {before, wanted, after}, found.paths);
    add(all, std::move(found));
  }
  add(all, {.manager = {}, .paths = back_again(before, wanted, after)});
  return all;
}

std::string description(const TakenBack& change, const std::string& child, std::string_view kind,
                        const std::string& name) {
  std::vector<std::string> fields;
  for (const auto& path : change.paths)
    fields.push_back(gradient::spec_field(kind, path));
  const auto instead = joined(fields);
  return (change.manager.empty()
              ? "what somebody removed from " + child + " is back: "
              : "what " + change.manager + " changed in " + child + " is reverted: ") +
         joined(change.paths) +
         (instead.empty() ? "; the operator owns the spec of this object"
                          : "; change " + instead + " of GradientDeployment " + name + " instead");
}

}  // namespace reconcile
