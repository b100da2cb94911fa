#include "cli/comparable.h"

#include "gradient/spec/names.h"

#include <array>

namespace cli {
namespace {

using json::Json;

void drop(Json& object, const char* name) {
  if (object.is_object() && object.has_field(name)) object.erase(name);
}

}  // namespace

Json comparable(Json object) {
  if (!object.is_object()) return object;
  drop(object, "status");
  auto& metadata = object["metadata"];
  for (const char* name : {"managedFields", "resourceVersion", "generation", "creationTimestamp",
                           "uid", "selfLink", "ownerReferences"})
    drop(metadata, name);
  if (metadata.is_object() && metadata.has_field("annotations")) {
    auto& annotations = metadata["annotations"];
    for (const char* name :
         {gradient::names::applied_annotation, gradient::names::rendering_rules_annotation,
          "kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision"})
      drop(annotations, name);
    if (annotations.size() == 0) drop(metadata, "annotations");
  }
  return object;
}

Json replaced(Json live, const Json& wanted) {
  live["spec"] = json::at(wanted, {"spec"});
  for (const char* map : {"labels", "annotations"}) {
    const auto& members = json::at(wanted, {"metadata", map});
    if (!members.is_object()) continue;
    auto& target = live["metadata"][map];
    if (!target.is_object()) target = Json::object();
    for (const auto& [name, value] : members.as_object())
      target[name] = value;
  }
  return live;
}

}  // namespace cli
