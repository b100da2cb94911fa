#include "reconcile/secret_values.h"

#include "base/hash.h"

#include <string>

namespace reconcile {
namespace {

constexpr const char* last_applied = "kubectl.kubernetes.io/last-applied-configuration";

/// No Base64 has a colon.
std::string digest_of(const std::string& value) {
  constexpr std::string_view prefix = "sha256:";
  if (value.empty() || value.starts_with(prefix)) return value;
  return std::string(prefix) + base::sha256_hex(value);
}

}  // namespace

json::Json without_values(const json::Json& secret) {
  auto kept = secret;
  if (json::at(kept, {"data"}).is_object()) {
    for (auto& [key, value] : kept["data"].as_object())
      if (value.is_string()) value = json::Json(digest_of(value.as_string()));
  }
  if (json::at(kept, {"metadata"}).is_object()) {
    auto& metadata = kept["metadata"];
    if (metadata.has_field("managedFields")) metadata.erase("managedFields");
    if (!json::at(metadata, {"annotations", last_applied}).is_null())
      metadata["annotations"].erase(last_applied);
  }
  return kept;
}

}  // namespace reconcile
