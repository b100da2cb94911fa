#pragma once

#include "json/json.h"
#include "json/problem.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace json {

/// What a string must be like. Lengths are characters, as in OpenAPI. `check` returns what is
/// wrong with a string of the right length, empty when nothing is; it must not repeat the string.
struct Text {
  std::size_t longest = 253;
  std::string_view example = {};
  std::string_view (*check)(std::string_view) = nullptr;
  bool may_be_empty = false;
};

struct Range {
  std::int64_t least = 0, most = 0;
};

/// Reads the members of one JSON object. Each problem goes to the report with its path, and
/// reading goes on; what could not be read is absent. A member that is null counts as absent.
/// `value`, `path` and `report` must outlive the reader; field names must be literals.
class ObjectReader {
 public:
  ObjectReader(const Json& value, const Path& path, Report& report);

  /// The member as it is, null pointer when absent.
  const Json* find(std::string_view name);
  /// Whether the member is written as null, where that differs from absence.
  bool is_null(std::string_view name);
  /// Like find(), but absence is a problem.
  const Json* require(std::string_view name, std::string_view example = "");

  std::optional<std::string> string(std::string_view name, const Text& rule);
  std::string required_string(std::string_view name, const Text& rule);
  std::optional<std::int64_t> integer(std::string_view name, Range range);
  std::optional<bool> boolean(std::string_view name);
  /// One of `choices`, as its index.
  std::optional<std::size_t> choice(std::string_view name,
                                    const std::vector<std::string_view>& choices);

  using OnElement = std::function<void(const Json& value, const Path& path)>;
  /// Calls `each` for the elements of a list; not at all when it has too few or too many. Returns
  /// whether there was a list of the right length.
  bool elements(std::string_view name, Range count, const OnElement& each);

  /// Refuses a member that is known to be wrong, saying what to write instead.
  void refuse(std::string_view name, std::string_view remedy);
  /// Members that somebody else reads.
  void allow(std::initializer_list<std::string_view> names);

  Path path(std::string_view name) const { return path_.member(name); }
  void problem(std::string_view name, std::string message);
  void problem_here(std::string message) { report_.add(path_, std::move(message)); }
  Report& report() { return report_; }

  /// Refuses every member that nobody asked for. Call it last.
  void finish();

 private:
  const Json& value_;
  const Path& path_;
  Report& report_;
  std::vector<std::string_view> known_;
  std::vector<std::string_view> refused_;
};

/// The string of a scalar that may be written as a number (kubectl has then made it one). Booleans
/// and fractions are refused: their text was lost. Adds a problem and returns nothing otherwise.
std::optional<std::string> text_of(const Json& value, const Path& path, const Text& rule,
                                   Report& report);

/// The shortest decimal text that reads as this number again.
std::string shortest_text(const Json& number);

/// An integer, also written as the string of one ("7860").
std::optional<std::int64_t> integer_of(const Json& value, const Path& path, Range range,
                                       Report& report);

/// "a string", "a list", ...
std::string_view type_name(const Json& value);

/// The one of `names` that is one or two slips of the keyboard away from `name`; empty when none.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& names);

}  // namespace json
