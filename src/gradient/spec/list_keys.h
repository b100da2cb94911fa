#pragma once

#include <string_view>

namespace gradient {

/// By what server-side apply tells the elements of a list of a PodSpec apart
/// (x-kubernetes-list-map-keys in the API server's schema).
struct ListKeys {
  std::string_view field;  ///< the list
  std::string_view key;
  std::string_view second = {};  ///< empty: one is enough
};

/// Of the list in the field `field`; null for one without keys, which is replaced as a whole.
const ListKeys* list_keys(std::string_view field);

}  // namespace gradient
