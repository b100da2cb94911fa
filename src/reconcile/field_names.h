#pragma once

#include "json/json.h"

#include <string>
#include <string_view>

/// The names of fieldsV1 in metadata.managedFields: "f:image" is a member, `k:{"name":"app"}` an
/// element of a list that is merged by key. The others (".", "v:" of a set, "i:") are leaves.
namespace reconcile {

inline bool is_member(std::string_view name) {
  return name.starts_with("f:");
}
inline bool is_element(std::string_view name) {
  return name.starts_with("k:");
}

/// Which element of a list it is about.
class ElementKeys {
 public:
  /// `name` as above. Throws std::invalid_argument when it is not.
  explicit ElementKeys(const std::string& name) : keys_(json::parse(name.substr(2))) {}

  /// Null when there is none.
  const json::Json& find_in(const json::Json& list) const;
  /// "[app]", "[8080/TCP]".
  std::string text() const;

 private:
  json::Json keys_;
};

}  // namespace reconcile
