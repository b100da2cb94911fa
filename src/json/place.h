#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace json {

/// The lines at which the values of a document begin, in the document's own shape.
struct Place {
  int line = 1;
  std::size_t order = 0;  ///< in which the values of the whole text are written
  std::map<std::string, Place, std::less<>> members;
  std::vector<Place> elements;
};

/// The place of a path, as Path writes it; null pointer when it is not in the document. It lives as
/// long as `document`.
const Place* place_at(const Place& document, std::string_view path);

/// The line of a problem's path, or of the closest part of it that is in the document.
int line_of(const Place& document, std::string_view path);

}  // namespace json
