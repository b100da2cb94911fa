#include "gradient/render/pod_template.h"

#include "gradient/spec/exclusive_fields.h"
#include "gradient/spec/list_keys.h"
#include "gradient/spec/names.h"
#include "gradient/spec/read_pod_template.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace gradient {
namespace {

using json::Json;

template <class List>
bool is_one_of(std::string_view field, const List& list) {
  return std::find(list.begin(), list.end(), field) != list.end();
}

constexpr std::array hooks{std::string_view("preStop"), std::string_view("postStart")};

Json merged(std::string_view field, const Json& ours, const Json& theirs);

/// Of members that exclude each other theirs; `field` as is_exclusive() has it.
Json merged_object(std::string_view field, const Json& ours, const Json& theirs) {
  const auto is_kind = [&](const auto& member) { return is_exclusive(field, member.first); };
  const auto& added = theirs.as_object();
  const bool has_kind = std::any_of(added.begin(), added.end(), is_kind);
  auto result = Json::object();
  for (const auto& member : ours.as_object())
    if (!has_kind || !is_kind(member)) result[member.first] = member.second;
  for (const auto& [name, member] : added)
    result[name] = merged(name, json::at(result, {name}), member);
  return result;
}

Json merged_element(std::string_view list, const Json& ours, const Json& theirs) {
  if (list == "volumes" || !ours.is_object() || !theirs.is_object()) return theirs;
  return merged_object(list, ours, theirs);
}

std::string key_of(const ListKeys& keys, const Json& element) {
  return json::text(json::at(element, {keys.key})) + " " + json::string_at(element, {keys.second});
}

Json merged_list(const ListKeys& keys, const Json& ours, const Json& theirs) {
  std::vector<Json> elements(ours.as_array().begin(), ours.as_array().end());
  for (const auto& element : theirs.as_array()) {
    const auto same = std::find_if(elements.begin(), elements.end(), [&](const Json& other) {
      return key_of(keys, other) == key_of(keys, element);
    });
    if (same == elements.end()) {
      elements.push_back(element);
    } else {
      *same = merged_element(keys.field, *same, element);
    }
  }
  return json::array(std::move(elements));
}

/// Helpers need theirs.
Json added_groups(const Json& ours, const Json& theirs) {
  std::vector<Json> groups(ours.as_array().begin(), ours.as_array().end());
  for (const auto& group : theirs.as_array()) {
    const bool is_known = std::any_of(groups.begin(), groups.end(),
                                      [&](const Json& other) { return json::equal(other, group); });
    if (!is_known) groups.push_back(group);
  }
  return json::array(std::move(groups));
}

Json merged(std::string_view field, const Json& ours, const Json& theirs) {
  if (ours.is_object() && theirs.is_object()) {
    if (is_one_of(field, hooks)) return theirs;
    return merged_object(field, ours, theirs);
  }
  if (!ours.is_array() || !theirs.is_array()) return theirs;
  if (field == "supplementalGroups") return added_groups(ours, theirs);
  const auto* keys = list_keys(field);
  return keys == nullptr ? theirs : merged_list(*keys, ours, theirs);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ",") + name;
  return text;
}

}  // namespace

Json merged_pod(const Json& ours, const Json& theirs) {
  if (ours.is_null() || theirs.is_null()) return ours.is_null() ? theirs : ours;
  return merged_object({}, ours, theirs);
}

bool has_pod_template(const DeploymentSpec& spec, const Settings& settings) {
  return !(spec.pod_template == PodTemplate{} && settings.pod_template == PodTemplate{});
}

PodTemplate effective_template(const DeploymentSpec& spec, const Settings& settings) {
  auto result = settings.pod_template;
  auto first = run_first(settings.pod_template);
  for (auto& name : run_first(spec.pod_template))
    if (!is_one_of(name, first)) first.push_back(std::move(name));
  for (const auto& [key, value] : spec.pod_template.labels)
    result.labels[key] = value;
  for (const auto& [key, value] : spec.pod_template.annotations)
    result.annotations[key] = value;
  if (!first.empty()) result.annotations[names::run_first_annotation] = joined(first);
  result.spec = merged_pod(result.spec, spec.pod_template.spec);
  return result;
}

Json in_running_order(const Json& init_containers, const PodTemplate& pod_template) {
  const auto first = run_first(pod_template);
  if (first.empty() || !init_containers.is_array()) return init_containers;
  std::vector<Json> ordered;
  for (const auto& name : first)
    ordered.push_back(json::element_with(init_containers, "name", name));
  for (const auto& container : init_containers.as_array())
    if (!is_one_of(json::string_at(container, {"name"}), first)) ordered.push_back(container);
  return json::array(std::move(ordered));
}

}  // namespace gradient
