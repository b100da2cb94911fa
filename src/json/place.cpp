#include "json/place.h"

#include <algorithm>

namespace json {
namespace {

/// The next step of a path as Path writes it: .name, ["name"] or [7]. parse_step() removes it.
struct Step {
  std::string_view name;
  std::size_t index = 0;
  bool is_name = true;
};

Step parse_step(std::string_view& path) {
  constexpr auto none = std::string_view::npos;
  Step step;
  if (path.substr(0, 2) == "[\"") {
    const auto end = path.find("\"]");
    step.name = path.substr(2, end == none ? end : end - 2);
    path.remove_prefix(end == none ? path.size() : end + 2);
  } else if (path.front() == '[') {
    step.is_name = false;
    path.remove_prefix(1);
    for (; !path.empty() && path.front() >= '0' && path.front() <= '9'; path.remove_prefix(1))
      step.index = step.index * 10 + static_cast<std::size_t>(path.front() - '0');
    path.remove_prefix(std::min<std::size_t>(path.size(), 1));
  } else {
    if (path.front() == '.') path.remove_prefix(1);
    step.name = path.substr(0, path.find_first_of(".["));
    path.remove_prefix(step.name.size());
  }
  return step;
}

const Place* child(const Place& place, const Step& step) {
  if (!step.is_name) {
    return step.index < place.elements.size() ? &place.elements[step.index] : nullptr;
  }
  const auto found = place.members.find(step.name);
  return found == place.members.end() ? nullptr : &found->second;
}

}  // namespace

const Place* place_at(const Place& document, std::string_view path) {
  const Place* place = &document;
  while (place != nullptr && !path.empty())
    place = child(*place, parse_step(path));
  return place;
}

int line_of(const Place& document, std::string_view path) {
  const Place* place = &document;
  while (!path.empty()) {
    const auto* next = child(*place, parse_step(path));
    if (next == nullptr) break;
    place = next;
  }
  return place->line;
}

}  // namespace json
