#include "kube/object.h"

#include "kube/raw.h"

#include <stdexcept>

namespace kube {
namespace {

/// What the library does not read may be too deep for it, which is rare enough to look for then.
Json parse_at_any_depth(const std::string& text) {
  constexpr std::size_t deepest = 100;  // the library reads 127
  try {
    return json::parse(text);
  } catch (const std::invalid_argument&) {
    return json::parse(raw::with_limited_depth(text, deepest));
  }
}

}  // namespace

std::string to_string(const Key& key) {
  return key.ns.empty() ? key.name : key.ns + "/" + key.name;
}

Json parse_object(std::string_view text) {
  auto object = parse_at_any_depth(raw::with_spec_editors(text));
  if (!json::at(object, {"metadata"}).is_object()) return object;
  auto& metadata = object["metadata"];
  const auto has_none =
      metadata.has_field("managedFields") && metadata.at("managedFields").is_null();
  if (has_none) metadata.erase("managedFields");
  return object;
}

std::vector<std::string> spec_editors(const Json& object, std::string_view manager) {
  std::vector<std::string> editors;
  for (const auto& entry : json::elements_at(object, {"metadata", "managedFields"})) {
    auto name = json::string_at(entry, {"manager"});
    const auto version = json::string_at(entry, {"apiVersion"});
    if (name != manager && version == json::string_at(object, {"apiVersion"}))
      editors.push_back(std::move(name));
  }
  return editors;
}

Key key_of(const Json& object) {
  return {json::string_at(object, {"metadata", "namespace"}),
          json::string_at(object, {"metadata", "name"})};
}

std::string uid_of(const Json& object) {
  return json::string_at(object, {"metadata", "uid"});
}

std::string resource_version_of(const Json& object) {
  return json::string_at(object, {"metadata", "resourceVersion"});
}

std::string label_of(const Json& object, std::string_view name) {
  return json::string_at(object, {"metadata", "labels", name});
}

std::string annotation_of(const Json& object, std::string_view name) {
  return json::string_at(object, {"metadata", "annotations", name});
}

bool is_being_deleted(const Json& object) {
  return !json::string_at(object, {"metadata", "deletionTimestamp"}).empty();
}

const Json& controller_of(const Json& object) {
  static const Json none;
  for (const auto& owner : json::elements_at(object, {"metadata", "ownerReferences"})) {
    const auto& controller = json::at(owner, {"controller"});
    if (controller.is_boolean() && controller.as_bool()) return owner;
  }
  return none;
}

std::strong_ordering compare_versions(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return left.size() <=> right.size();
  return left <=> right;
}

}  // namespace kube
