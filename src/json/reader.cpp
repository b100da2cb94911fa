#include "json/reader.h"

#include "base/ascii.h"
#include "json/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace json {
namespace {

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

std::string such_as(std::string_view example) {
  return example.empty() ? "" : ", such as " + std::string(example);
}

/// What is wrong with a string; empty when it fits.
std::string string_problem(std::string_view text, const Text& rule) {
  if (text.empty() && !rule.may_be_empty) {
    return "must not be empty; write a value" + such_as(rule.example) + ", or remove the field";
  }
  if (const auto count = characters(text); count > rule.longest) {
    return "has " + std::to_string(count) + " characters; at most " + std::to_string(rule.longest) +
           " are allowed";
  }
  if (text.find('\0') != std::string_view::npos) return "must not contain a NUL character";
  return rule.check == nullptr || text.empty() ? "" : std::string(rule.check(text));
}

std::string not_a_string(const Json& value) {
  if (value.is_number()) return "must be a string, not a number; put it in quotes";
  if (value.is_boolean()) return "must be a string, not a boolean; put it in quotes";
  return "must be a string, not " + std::string(type_name(value));
}

/// Integers also when they were written with a fraction of zero, as the API server has it.
std::optional<std::int64_t> whole_number(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const auto& number = value.as_number();
  if (number.is_int64()) return number.to_int64();
  constexpr double exact = 9007199254740992.0;  // 2^53
  const double real = number.to_double();
  if (number.is_integral() || std::abs(real) > exact || std::trunc(real) != real) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(real);
}

std::string must_be_whole(Range range) {
  return "must be a whole number from " + std::to_string(range.least) + " to " +
         std::to_string(range.most);
}

std::optional<std::int64_t> parsed(const std::string& digits) {
  constexpr std::size_t longest = 18;
  const bool number = !digits.empty() && digits.size() <= longest &&
                      digits.find_first_not_of("0123456789") == std::string::npos;
  return number ? std::optional<std::int64_t>(std::stoll(digits)) : std::nullopt;
}

/// Slips of the keyboard between two words: a letter too many, too few, another one, or two that
/// changed places. Letter case is ignored.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before(right.size() + 1);
  std::vector<std::size_t> above(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j)
    row[j] = j;
  const auto same = [&](std::size_t i, std::size_t j) {
    return base::to_lower(left[i]) == base::to_lower(right[j]);
  };
  for (std::size_t i = 0; i < left.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t change = above[j] + (same(i, j) ? 0 : 1);
      row[j + 1] = std::min({change, row[j] + 1, above[j + 1] + 1});
      if (i > 0 && j > 0 && same(i, j - 1) && same(i - 1, j)) {
        row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
      }
    }
  }
  return row.back();
}

}  // namespace

std::string_view type_name(const Json& value) {
  if (value.is_string()) return "a string";
  if (value.is_boolean()) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.is_array()) return "a list";
  if (value.is_object()) return "a mapping";
  return "empty";
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& names) {
  constexpr std::size_t longest = 64;
  if (name.size() > longest) return {};
  std::string_view best;
  std::size_t least = name.size() < 5 ? 2 : 3;  // one more than what is forgiven
  for (const auto& candidate : names) {
    const auto steps = distance(name, candidate);
    if (steps < least && steps < candidate.size()) {
      least = steps;
      best = candidate;
    }
  }
  return best;
}

ObjectReader::ObjectReader(const Json& value, const Path& path, Report& report)
    : value_(value), path_(path), report_(report) {
  if (!value.is_object()) {
    report.add(path, "must be a mapping, not " + std::string(type_name(value)));
  }
}

const Json* ObjectReader::find(std::string_view name) {
  known_.push_back(name);
  const auto& found = at(value_, {name});
  return found.is_null() ? nullptr : &found;
}

bool ObjectReader::is_null(std::string_view name) {
  return find(name) == nullptr && value_.is_object() && value_.has_field(std::string(name));
}

const Json* ObjectReader::require(std::string_view name, std::string_view example) {
  const auto* found = find(name);
  if (found == nullptr && value_.is_object()) {
    problem(name, "is required; write it" + such_as(example));
  }
  return found;
}

std::optional<std::string> ObjectReader::string(std::string_view name, const Text& rule) {
  const auto* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) {
    problem(name, not_a_string(*found));
    return std::nullopt;
  }
  auto wrong = string_problem(found->as_string(), rule);
  if (wrong.empty()) return found->as_string();
  problem(name, std::move(wrong));
  return std::nullopt;
}

std::string ObjectReader::required_string(std::string_view name, const Text& rule) {
  return require(name, rule.example) == nullptr ? "" : string(name, rule).value_or("");
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, Range range) {
  const auto* found = find(name);
  if (found == nullptr) return std::nullopt;
  const auto number = whole_number(*found);
  if (number && *number >= range.least && *number <= range.most) return number;
  const bool is_quoted = found->is_string() && parsed(found->as_string());
  problem(name, must_be_whole(range) + (found->is_string() ? ", not a string" : "") +
                    (is_quoted ? "; remove the quotes" : ""));
  return std::nullopt;
}

std::optional<bool> ObjectReader::boolean(std::string_view name) {
  const auto* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_boolean()) return found->as_bool();
  problem(name, "must be true or false, not " + std::string(type_name(*found)));
  return std::nullopt;
}

std::optional<std::size_t> ObjectReader::choice(std::string_view name,
                                                const std::vector<std::string_view>& choices) {
  const auto* found = find(name);
  if (found == nullptr) return std::nullopt;
  std::string expected;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (found->is_string() && found->as_string() == choices[i]) return i;
    expected += (i == 0 ? "" : ", ") + std::string(choices[i]);
  }
  problem(name, (choices.size() == 1 ? "must be " : "must be one of ") + expected);
  return std::nullopt;
}

bool ObjectReader::elements(std::string_view name, Range count, const OnElement& each) {
  const auto* found = find(name);
  if (found == nullptr) return false;
  if (!found->is_array()) {
    problem(name, "must be a list, not " + std::string(type_name(*found)) +
                      "; begin each entry with '- '");
    return false;
  }
  const auto size = static_cast<std::int64_t>(found->size());
  if (size < count.least) {
    problem(name, "must not be empty; add an entry, or remove the field");
    return false;
  }
  if (size > count.most) {
    problem(name, "has " + std::to_string(size) + " entries; at most " +
                      std::to_string(count.most) + " are allowed");
    return false;
  }
  const auto list = path(name);
  std::size_t index = 0;
  for (const auto& element : found->as_array())
    each(element, list.element(index++));
  return true;
}

void ObjectReader::refuse(std::string_view name, std::string_view remedy) {
  const bool present = find(name) != nullptr;
  known_.pop_back();
  refused_.push_back(name);
  if (present) problem(name, std::string(remedy));
}

void ObjectReader::allow(std::initializer_list<std::string_view> names) {
  known_.insert(known_.end(), names.begin(), names.end());
}

void ObjectReader::problem(std::string_view name, std::string message) {
  report_.add(path(name), std::move(message));
}

void ObjectReader::finish() {
  if (!value_.is_object()) return;
  std::sort(known_.begin(), known_.end());
  known_.erase(std::unique(known_.begin(), known_.end()), known_.end());
  const auto among = [](const std::vector<std::string_view>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& [name, member] : value_.as_object()) {
    if (among(known_, name) || among(refused_, name)) continue;
    if (report_.size() >= Report::most) {  // nobody will read it: spare the comparing
      problem(name, "unknown field");
      continue;
    }
    if (const auto meant = nearest(name, known_); !meant.empty()) {
      problem(name, "unknown field; did you mean " + std::string(meant) + "?");
      continue;
    }
    std::string all;
    for (const auto& known : known_)
      all += (all.empty() ? "" : ", ") + std::string(known);
    problem(name, "unknown field; remove it (known here: " + all + ")");
  }
}

std::optional<std::string> text_of(const Json& value, const Path& path, const Text& rule,
                                   Report& report) {
  if (const auto number = whole_number(value)) return std::to_string(*number);
  if (!value.is_string()) {
    report.add(path, value.is_number() ? "must be a string or a whole number; put it in quotes"
                                       : not_a_string(value));
    return std::nullopt;
  }
  auto wrong = string_problem(value.as_string(), rule);
  if (wrong.empty()) return value.as_string();
  report.add(path, std::move(wrong));
  return std::nullopt;
}

std::string shortest_text(const Json& number) {
  if (number.is_integer()) return number.serialize();
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number.as_double()).ptr;
  return {text.data(), end};
}

std::optional<std::int64_t> integer_of(const Json& value, const Path& path, Range range,
                                       Report& report) {
  const auto number = value.is_string() ? parsed(value.as_string()) : whole_number(value);
  if (number && *number >= range.least && *number <= range.most) return number;
  report.add(path, must_be_whole(range));
  return std::nullopt;
}

}  // namespace json
