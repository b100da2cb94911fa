#include "json/json.h"

#include <algorithm>
#include <stdexcept>

namespace json {
namespace {

const Json null_value;
const Json empty_array = Json::array();

void write_pretty(const Json& value, std::size_t depth, std::string& out) {
  const std::string indent(2 * (depth + 1), ' ');
  const char* separator = "\n";
  if (value.is_object() && value.size() > 0) {
    out += '{';
    for (const auto& [name, member] : value.as_object()) {
      out += separator + indent + Json(name).serialize() + ": ";
      write_pretty(member, depth + 1, out);
      separator = ",\n";
    }
    out += '\n' + std::string(2 * depth, ' ') + '}';
  } else if (value.is_array() && value.size() > 0) {
    out += '[';
    for (const auto& element : value.as_array()) {
      out += separator + indent;
      write_pretty(element, depth + 1, out);
      separator = ",\n";
    }
    out += '\n' + std::string(2 * depth, ' ') + ']';
  } else {
    out += value.serialize();
  }
}

}  // namespace

Json object(std::initializer_list<Field> fields) {
  std::vector<std::pair<std::string, Json>> members;
  members.reserve(fields.size());
  for (const auto& field : fields) {
    if (field.value.is_null()) continue;
    members.emplace_back(std::move(field.name), std::move(field.value));
  }
  return Json::object(std::move(members));
}

Json array(std::vector<Json> elements) {
  return Json::array(std::move(elements));
}

Json strings(const std::vector<std::string>& elements) {
  std::vector<Json> values;
  values.reserve(elements.size());
  for (const auto& element : elements)
    values.emplace_back(element);
  return array(std::move(values));
}

Json array_or_null(std::vector<Json> elements) {
  return elements.empty() ? Json() : array(std::move(elements));
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

const Json& null() {
  return null_value;
}

std::string text(const Json& value) {
  return value.serialize();
}

std::string pretty(const Json& value) {
  std::string out;
  write_pretty(value, 0, out);
  return out + '\n';
}

Json parse(std::string_view text) {
  std::error_code error;
  auto value = Json::parse(std::string(text), error);
  if (error) throw std::invalid_argument("is not JSON: " + error.message());
  return value;
}

const Json& at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* here = &value;
  for (const auto& name : path) {
    if (!here->is_object()) return null_value;
    const auto& members = here->as_object();
    const auto found = members.find(std::string(name));
    if (found == members.end()) return null_value;
    here = &found->second;
  }
  return *here;
}

std::string string_at(const Json& value, std::initializer_list<std::string_view> path) {
  const auto& found = at(value, path);
  return found.is_string() ? found.as_string() : std::string();
}

std::int64_t integer_at(const Json& value, std::initializer_list<std::string_view> path,
                        std::int64_t otherwise) {
  const auto& found = at(value, path);
  return found.is_integer() ? found.as_number().to_int64() : otherwise;
}

const web::json::array& elements_at(const Json& value,
                                    std::initializer_list<std::string_view> path) {
  const auto& found = at(value, path);
  return (found.is_array() ? found : empty_array).as_array();
}

const Json& element_with(const Json& list, std::string_view field, std::string_view value) {
  for (const auto& element : elements_at(list, {})) {
    const auto& found = at(element, {field});
    if (found.is_string() && found.as_string() == value) return element;
  }
  return null_value;
}

bool equal(const Json& left, const Json& right) {
  if (left.type() != right.type()) return false;
  switch (left.type()) {
    case Json::String:
      return left.as_string() == right.as_string();
    case Json::Object:
      return left.size() == right.size() &&
             std::all_of(left.as_object().begin(), left.as_object().end(), [&](const auto& member) {
               const auto found = right.as_object().find(member.first);
               return found != right.as_object().end() && equal(member.second, found->second);
             });
    case Json::Array:
      return std::equal(left.as_array().begin(), left.as_array().end(), right.as_array().begin(),
                        right.as_array().end(), equal);
    case Json::Number:
      if (left.as_number().is_int64() && right.as_number().is_int64())
        return left.as_number().to_int64() == right.as_number().to_int64();
      return text(left) == text(right);
    case Json::Boolean:
      return left.as_bool() == right.as_bool();
    case Json::Null:
      return true;
  }
  return false;
}

}  // namespace json
