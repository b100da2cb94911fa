#include "reconcile/refused_fields.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace reconcile {
namespace {

using json::Json;

/// What of field.Error's types is followed by the value.
constexpr std::array<std::string_view, 4> with_value{
    ": Invalid value: ", ": Duplicate value: ", ": Not found: ", ": Unsupported value: "};

/// "spec.containers[0].ports" without the index; a key of a map is kept.
std::vector<std::string> members(std::string_view path) {
  std::vector<std::string> found{""};
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] == '.') {
      found.emplace_back();
    } else if (path[at] == '[') {
      const auto end = std::min(path.find(']', at), path.size());
      const auto key = path.substr(at + 1, end - at - 1);
      if (key.find_first_not_of("0123456789") != std::string_view::npos) found.emplace_back(key);
      at = end;
    } else {
      found.back() += path[at];
    }
  }
  return found;
}

/// A text without its quotes, or what else stands there up to its end.
std::string value_at(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text.substr(0, text.find_first_of(":,] ")));
  return std::string(text.substr(1, std::min(text.find('"', 1), text.size()) - 1));
}

bool is_value(const Json& live, const std::string& value) {
  return value.empty() || (live.is_string() ? live.as_string() : json::text(live)) == value;
}

/// Whether `value` is in `live` at `path`, whatever the elements of lists on the way. Of resources,
/// the field that is named is the object, and the value that of a member.
bool has_value(const Json& live, std::span<const std::string> path, const std::string& value) {
  if (live.is_array())
    return std::any_of(live.as_array().begin(), live.as_array().end(),
                       [&](const Json& element) { return has_value(element, path, value); });
  if (!path.empty()) {
    const auto& member = json::at(live, {path.front()});
    return !member.is_null() && has_value(member, path.subspan(1), value);
  }
  return is_value(live, value) ||
         (live.is_object() &&
          std::any_of(live.as_object().begin(), live.as_object().end(),
                      [&](const auto& member) { return is_value(member.second, value); }));
}

}  // namespace

std::vector<RefusedField> refused_fields(const std::string& refusal) {
  constexpr std::string_view root = "spec.";
  const std::string_view text = refusal;
  std::vector<RefusedField> found;
  for (auto at = text.find(root); at != std::string_view::npos;) {
    const auto end = std::min(text.find(": ", at), text.size());
    const auto path = text.substr(at, end - at);
    const bool begins = at == 0 || text[at - 1] == ' ' || text[at - 1] == '[';
    if (begins && path.find(' ') == std::string_view::npos) {
      RefusedField field{.path = members(path), .value = {}};
      for (const auto type : with_value)
        if (text.substr(end).starts_with(type))
          field.value = value_at(text.substr(end + type.size()));
      found.push_back(std::move(field));
    }
    at = text.find(root, at + path.size());
  }
  return found;
}

bool is_about(const RefusedField& refused, const std::vector<std::string>& path, const Json& live) {
  const std::span<const std::string> named(refused.path);
  const auto shared = std::min(named.size(), path.size());
  if (!std::equal(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(shared), named.begin()))
    return false;
  return has_value(live, named.subspan(shared), refused.value);
}

}  // namespace reconcile
