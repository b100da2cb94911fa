#pragma once

#include <cpprest/json.h>

#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The one JSON type of the project and what is needed to build and look into it.
/// All of it is free of shared state; a const Json may be read by several threads.
namespace json {

using Json = web::json::value;

/// One member of an object under construction. Null means: leave the member out.
struct Field {
  Field(std::string_view field_name, Json field_value)
      : name(field_name), value(std::move(field_value)) {}
  Field(std::string_view field_name, const std::string& text) : Field(field_name, Json(text)) {}
  Field(std::string_view field_name, const char* text) : Field(field_name, Json(text)) {}
  Field(std::string_view field_name, bool truth) : Field(field_name, Json::boolean(truth)) {}
  Field(std::string_view field_name, std::integral auto number)
      : Field(field_name, Json(static_cast<std::int64_t>(number))) {}
  template <class T>
  Field(std::string_view field_name, const std::optional<T>& maybe)
      : Field(maybe ? Field(field_name, *maybe) : Field(field_name, Json())) {}

  // A list of initializers cannot be moved from; what object() takes out of it can.
  mutable std::string name;
  mutable Json value;
};

/// A value that nobody changes any more, or none: shared by all who read it, cheap to copy.
class Shared {
 public:
  Shared() = default;
  Shared(std::nullopt_t /*none*/) {}
  Shared(Json value) : value_(std::make_shared<const Json>(std::move(value))) {}
  Shared(std::optional<Json> value) {
    if (value) *this = *std::move(value);
  }

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  const Json& operator*() const { return *value_; }
  const Json* operator->() const { return value_.get(); }

 private:
  std::shared_ptr<const Json> value_;
};

/// An object of the fields whose value is not null. Keys come out sorted, so equal content is
/// equal text.
Json object(std::initializer_list<Field> fields);

Json array(std::vector<Json> elements);
Json strings(const std::vector<std::string>& elements);

/// `elements`, or null when there are none: for fields that are left out when empty.
Json array_or_null(std::vector<Json> elements);

/// `text`, or null when there is none: for fields that are left out when empty.
Json text_or_null(const std::string& text);

/// Null, for a reference to nothing.
const Json& null();

/// Minified, keys sorted.
std::string text(const Json& value);

/// Indented by two, keys sorted, newline at the end.
std::string pretty(const Json& value);

/// Parses one JSON text. Throws std::invalid_argument with position and cause, never with content.
Json parse(std::string_view text);

/// The member or element at the end of `path` ("metadata", "labels", ...); null when anything on
/// the way is missing. The reference lives as long as `value`.
const Json& at(const Json& value, std::initializer_list<std::string_view> path);

/// Like at(), as text; empty when it is missing or no string.
std::string string_at(const Json& value, std::initializer_list<std::string_view> path);

/// Like at(), as integer; `otherwise` when it is missing or no integer.
std::int64_t integer_at(const Json& value, std::initializer_list<std::string_view> path,
                        std::int64_t otherwise = 0);

/// Elements of the array at `path`; nothing when it is missing or no array.
const web::json::array& elements_at(const Json& value,
                                    std::initializer_list<std::string_view> path);

/// The first element of `list` whose member `field` is the string `value`; null when there is none.
/// Lists of Kubernetes have such a key: "type" of conditions, "name" of containers and volumes.
const Json& element_with(const Json& list, std::string_view field, std::string_view value);

/// Same JSON: keys in any order, and 1 equals 1.0 (which web::json's own == denies).
bool equal(const Json& left, const Json& right);

}  // namespace json
