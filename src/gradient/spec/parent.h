#pragma once

#include "json/json.h"

#include <cstdint>
#include <string>

namespace gradient {

/// The identity of a custom resource: all that names and owner references of its children are made
/// of.
struct Parent {
  std::string kind;  ///< "GradientDeployment", "Dataset", ...
  std::string ns;
  std::string name;
  std::string uid;  ///< all zeros when rendered without a cluster
  std::int64_t generation = 0;
  std::string sync;  ///< value of the annotation gradient-operator.dev/sync; empty when absent
  bool operator==(const Parent&) const = default;
};

/// Of any custom resource; what is missing is empty, a missing UID all zeros.
Parent parent(const json::Json& object);

/// Whether the annotation gradient-operator.dev/paused is there: with whatever value but "false",
/// as whoever sets it in an emergency must not find edits put back for a capital letter.
bool is_paused(const json::Json& object);

}  // namespace gradient
