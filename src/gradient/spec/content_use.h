#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"

#include <set>
#include <string>

namespace gradient {

/// Which content of a volume is meant, in use or to be removed: folders that gradient-sync makes
/// below .gradient.
struct ContentUse {
  std::set<std::string> checkouts;  ///< names::checkout_key
  std::set<std::string> models;     ///< names of Models
  bool empty() const { return checkouts.empty() && models.empty(); }
  bool operator==(const ContentUse&) const = default;
  ContentUse& operator+=(const ContentUse& other);
};

/// What of `content` is not in `other`.
ContentUse without(const ContentUse& content, const ContentUse& other);

/// The checkouts that this spec asks for.
ContentUse content_of(const Parent& parent, const DeploymentSpec& spec);

}  // namespace gradient
