#pragma once

#include "json/json.h"

#include <string>
#include <vector>

namespace reconcile {

/// One field that the API server's validation refuses:
/// `spec.template.spec.containers[0].ports[1].name: Duplicate value: "web"`.
struct RefusedField {
  std::vector<std::string>
      path;           ///< without indexes: spec, template, spec, containers, ports, name
  std::string value;  ///< as text, "web"; empty: none is told
};

/// What a refusal names, as field.ErrorList in k8s.io/apimachinery prints it.
std::vector<RefusedField> refused_fields(const std::string& refusal);

/// Whether it may be about `live`, which is at `path` or in a list there: the value is in the
/// field, or none is told.
bool is_about(const RefusedField& refused, const std::vector<std::string>& path,
              const json::Json& live);

}  // namespace reconcile
