#include "json/problem.h"
#include "json/yaml.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace json {
namespace {

/// The part of `whole` at `path`, whose warnings it takes along.
Document part(const Document& whole, const Path& path, const Json& value, const Place* place) {
  Document out{.value = value, .place = {}, .warnings = {}};
  out.place.line = whole.place.line;
  if (place != nullptr) out.place = *place;
  const auto begin = path.text();
  for (const auto& warning : whole.warnings) {
    if (!warning.path.starts_with(begin)) continue;
    const auto rest = std::string_view(warning.path).substr(begin.size());
    if (rest.empty() || rest.front() == '.' || rest.front() == '[')
      out.warnings.push_back(
          {std::string(rest.substr(rest.starts_with(".") ? 1 : 0)), warning.message});
  }
  return out;
}

}  // namespace

Document member(const Document& whole, const std::string& name) {
  const Path root;
  const auto found = whole.place.members.find(name);
  if (!whole.value.is_object() || !whole.value.has_field(name))
    throw std::out_of_range("the document has no such member");
  return part(whole, root.member(name), whole.value.at(name),
              found == whole.place.members.end() ? nullptr : &found->second);
}

Document element(const Document& whole, std::size_t index) {
  const Path root;
  const auto& places = whole.place.elements;
  const auto& list = elements_at(whole.value, {});
  if (index >= list.size()) throw std::out_of_range("the document has no such element");
  return part(whole, root.element(index), list.at(index),
              index < places.size() ? &places[index] : nullptr);
}

}  // namespace json
