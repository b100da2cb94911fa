#include "kube/raw.h"

#include <algorithm>

namespace kube::raw {
namespace {

constexpr auto npos = std::string_view::npos;

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

/// Behind the string that begins at `at`; npos when it does not end.
std::size_t skip_string(std::string_view text, std::size_t at) {
  const auto begin = at + 1;
  for (auto quote = text.find('"', begin); quote != npos; quote = text.find('"', quote + 1)) {
    auto unescaped = quote;
    while (unescaped > begin && text[unescaped - 1] == '\\')
      --unescaped;
    if ((quote - unescaped) % 2 == 0) return quote + 1;
  }
  return npos;
}

/// Behind the object or array that begins at `at`; npos when it does not end.
std::size_t skip_nested(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return npos;
}

/// Behind the value that begins at `at`; npos when there is none, or it does not end.
std::size_t skip_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return npos;
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] == '{' || text[at] == '[') return skip_nested(text, at);
  const auto end = text.find_first_of(",}] \t\r\n", at);
  return end == at ? npos : end;
}

/// Behind the comma and blanks that follow a value; npos when something else follows.
std::size_t next_item(std::string_view text, std::size_t at) {
  at = skip_blanks(text, at);
  return at < text.size() && text[at] == ',' ? skip_blanks(text, at + 1) : npos;
}

/// Hands name and value of each member to `is_it`, as texts, until that says so; whether it has.
template <class IsIt>
bool any_member(std::string_view object, const IsIt& is_it) {
  auto at = skip_blanks(object, 0);
  if (at >= object.size() || object[at] != '{') return false;
  at = skip_blanks(object, at + 1);
  while (at < object.size() && object[at] == '"') {
    const auto name_end = skip_string(object, at);
    if (name_end == npos) return false;
    const auto colon = skip_blanks(object, name_end);
    const auto begin = skip_blanks(object, colon + 1);
    const auto end = skip_value(object, begin);
    if (end == npos) return false;
    if (is_it(object.substr(at + 1, name_end - at - 2), object.substr(begin, end - begin)))
      return true;
    at = next_item(object, end);
  }
  return false;
}

/// A number of replicas, or labels and annotations of a template, as kubectl scale and rollout
/// restart set them, are no edit.
bool is_edit(std::string_view spec) {
  return any_member(spec, [](std::string_view name, std::string_view fields) {
    if (name != "f:template") return name != "f:replicas";
    return any_member(fields, [](std::string_view of_template, std::string_view) {
      return of_template != "f:metadata";
    });
  });
}

/// By an update of the object itself: those of a subresource (`scale`, `status`) have another say.
bool is_spec_edit(std::string_view entry) {
  return plain_text(member(entry, "operation")) == "Update" && !member(entry, "manager").empty() &&
         member(entry, "subresource").empty() &&
         is_edit(member(member(entry, "fieldsV1"), "f:spec"));
}

std::string spec_editors(std::string_view managed_fields) {
  std::string editors;
  for_each(managed_fields, [&](std::string_view entry) {
    if (!is_spec_edit(entry)) return;
    editors += editors.empty() ? "[{" : ",{";
    if (const auto version = member(entry, "apiVersion"); !version.empty())
      editors += R"("apiVersion":)" + std::string(version) + ",";
    editors += R"("manager":)" + std::string(member(entry, "manager")) + "}";
  });
  return editors.empty() ? "null" : editors + "]";
}

}  // namespace

void members(std::string_view object, std::initializer_list<Member> wanted) {
  auto missing = wanted.size();
  any_member(object, [&](std::string_view name, std::string_view value) {
    for (const auto& each : wanted) {
      if (each.name != name || !each.value.empty()) continue;
      each.value = value;
      missing = each.is_last ? 0 : missing - 1;
    }
    return missing == 0;
  });
}

std::string_view member(std::string_view object, std::string_view name) {
  std::string_view value;
  members(object, {{name, value}});
  return value;
}

bool for_each(std::string_view array, const std::function<void(std::string_view)>& use) {
  auto at = skip_blanks(array, 0);
  if (at >= array.size() || array[at] != '[') return false;
  at = skip_blanks(array, at + 1);
  if (at < array.size() && array[at] == ']') return true;
  while (at < array.size()) {
    const auto end = skip_value(array, at);
    if (end == npos) return false;
    use(array.substr(at, end - at));
    at = skip_blanks(array, end);
    if (at < array.size() && array[at] == ']') return true;
    at = next_item(array, end);
  }
  return false;
}

std::string_view plain_text(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.find('\\') != npos) return {};
  return value.substr(1, value.size() - 2);
}

std::string with_spec_editors(std::string_view object) {
  const auto managed_fields = member(member(object, "metadata"), "managedFields");
  if (managed_fields.empty()) return std::string(object);
  const auto begin = static_cast<std::size_t>(managed_fields.data() - object.data());
  std::string out;
  out.reserve(object.size());
  out += object.substr(0, begin);
  out += spec_editors(managed_fields);
  out += object.substr(begin + managed_fields.size());
  return out;
}

std::string with_limited_depth(std::string_view object, std::size_t deepest) {
  std::string out;
  std::size_t depth = 0;
  std::size_t kept = 0;  // what is before it is in `out`
  for (std::size_t at = 0; at < object.size();) {
    const char c = object[at];
    const bool begins = c == '{' || c == '[';
    if (c == '"') {
      at = skip_string(object, at);
    } else if (begins && depth == deepest) {
      out += object.substr(kept, at - kept);
      out += "null";
      at = kept = skip_nested(object, at);
    } else {
      if (begins) ++depth;
      if (c == '}' || c == ']') --depth;
      ++at;
    }
    if (at == npos) return std::string(object);  // no JSON, as whoever parses it will say
  }
  out += object.substr(kept);
  return out;
}

}  // namespace kube::raw
