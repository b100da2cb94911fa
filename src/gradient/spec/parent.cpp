#include "gradient/spec/parent.h"

#include "base/ascii.h"
#include "gradient/spec/names.h"

namespace gradient {

Parent parent(const json::Json& object) {
  Parent parent;
  parent.kind = json::string_at(object, {"kind"});
  parent.ns = json::string_at(object, {"metadata", "namespace"});
  parent.name = json::string_at(object, {"metadata", "name"});
  parent.uid = json::string_at(object, {"metadata", "uid"});
  if (parent.uid.empty()) parent.uid = "00000000-0000-0000-0000-000000000000";
  parent.generation = json::integer_at(object, {"metadata", "generation"});
  parent.sync = json::string_at(object, {"metadata", "annotations", names::sync_annotation});
  return parent;
}

bool is_paused(const json::Json& object) {
  const auto& value = json::at(object, {"metadata", "annotations", names::paused_annotation});
  return value.is_string() && base::lower(value.as_string()) != "false";
}

}  // namespace gradient
