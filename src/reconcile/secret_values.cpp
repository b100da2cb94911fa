#include "reconcile/secret_values.h"

#include "base/hash.h"

#include <string>
#include <string_view>
#include <vector>

namespace reconcile {
namespace {

using json::Json;

/// Before the names of our annotations.
constexpr std::string_view ours = "gradient-operator.dev/";

/// Those of tools may repeat the whole Secret, as what kubectl last applied does.
void leave_only_ours(Json& annotations) {
  std::vector<std::string> others;
  for (const auto& [name, value] : annotations.as_object())
    if (!name.starts_with(ours)) others.push_back(name);
  for (const auto& name : others)
    annotations.erase(name);
}

/// No Base64 has a colon.
std::string digest_of(const std::string& value) {
  constexpr std::string_view prefix = "sha256:";
  if (value.empty() || value.starts_with(prefix)) return value;
  return std::string(prefix) + base::sha256_hex(value);
}

}  // namespace

Json without_values(const Json& secret) {
  auto kept = secret;
  if (json::at(kept, {"data"}).is_object()) {
    for (auto& [key, value] : kept["data"].as_object())
      if (value.is_string()) value = Json(digest_of(value.as_string()));
  }
  if (json::at(kept, {"metadata"}).is_object()) {
    auto& metadata = kept["metadata"];
    if (metadata.has_field("managedFields")) metadata.erase("managedFields");
    if (json::at(metadata, {"annotations"}).is_object()) leave_only_ours(metadata["annotations"]);
  }
  return kept;
}

}  // namespace reconcile
