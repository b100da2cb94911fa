#include "gradient/import/comment_secrets.h"

#include "base/ascii.h"
#include "gradient/spec/characters.h"
#include "gradient/spec/placeholders.h"
#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/values.h"

#include <algorithm>

namespace gradient {
namespace {

constexpr auto none = std::string_view::npos;

bool is_name_character(char c) {
  return values::is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
}

bool is_at_edge(char c) {
  return std::string_view(" \t,;\"'`()[]{}").find(c) != none;
}

/// The first word of `text`, without quotes and brackets around it.
std::string_view first_word(std::string_view text) {
  while (!text.empty() && is_at_edge(text.front()))
    text.remove_prefix(1);
  const auto* end = std::find_if(text.begin(), text.end(), is_at_edge);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// The name that ends before `text[at]`, whose quotes may be there, too.
std::string_view name_before(std::string_view text, std::size_t at) {
  while (at > 0 && is_at_edge(text[at - 1]))
    --at;
  auto begin = at;
  while (begin > 0 && is_name_character(text[begin - 1]))
    --begin;
  return text.substr(begin, at - begin);
}

/// Such as the threshold of a metric.
bool is_short_number(std::string_view text) {
  constexpr std::size_t shortest_secret = 5;
  return !text.empty() && text.size() < shortest_secret &&
         values::all(text, [](char c) { return values::is_digit(c) || c == '.'; });
}

/// Whether a comment has the beginning of another entry of a list, commented out.
bool begins_entry(std::string_view comment) {
  const auto begin = comment.find_first_not_of("# \t");
  return begin != none && comment.substr(begin).starts_with("- ");
}

bool is_secret(std::string_view name, std::string_view value) {
  return values::looks_secret(name, value) || base::lower(name) == "accesskeyid";
}

}  // namespace

void CommentSecrets::add(const std::string& path, const std::string& value) {
  constexpr std::string_view of_entry = ".value";
  paths_.insert(path);
  if (path.ends_with(of_entry)) entries_.insert(path.substr(0, path.size() - of_entry.size()));
  if (!value.empty()) values_.insert(value);
}

void CommentSecrets::begin_block(const std::string& path) {
  is_at_secret_ = paths_.contains(path) || entries_.contains(path.substr(0, path.rfind('.')));
  if (entries_.contains(path)) is_at_secret_ = false;
  is_key_ = false;
  name_.clear();
}

bool CommentSecrets::shows_known_value(std::string_view text) const {
  constexpr std::size_t sure = 6;  // a shorter one may be a part of any word
  return std::any_of(values_.begin(), values_.end(), [&](const std::string& value) {
    for (auto at = text.find(value); at != none; at = text.find(value, at + 1)) {
      const auto end = at + value.size();
      const bool is_whole = (at == 0 || !is_name_character(text[at - 1])) &&
                            (end == text.size() || !is_name_character(text[end]));
      if (is_whole || value.size() >= sure) return true;
    }
    return false;
  });
}

/// NAME: VALUE or NAME=VALUE, of which there may be several; of an entry of env, name and value are
/// two of them.
bool CommentSecrets::has_secret_pair(std::string_view text) {
  for (auto at = text.find_first_of(":="); at != none; at = text.find_first_of(":=", at + 1)) {
    const auto name = name_before(text, at);
    const auto rest = text.substr(at + 1);
    const auto value = first_word(rest);
    if (name == "name") name_ = value;
    if (values::has_secret_prefix(value)) {  // which has a ':' of its own
      at = static_cast<std::size_t>(value.data() - text.data()) + value.size() - 1;
      continue;
    }
    if (values::has_placeholder(rest)) continue;
    const bool is_unnamed = name == "value" && name_.empty() && !is_short_number(value);
    if (is_unnamed || is_secret(name == "value" ? name_ : name, value)) return true;
  }
  return false;
}

bool CommentSecrets::may_show_one(std::string_view comment) {
  if (begins_entry(comment)) is_at_secret_ = false;
  const bool begins_key = comment.find("-----BEGIN") != none;
  const bool was_key = is_key_;
  is_key_ = (is_key_ || begins_key) && comment.find("-----END") == none;
  if (is_at_secret_ || was_key || begins_key || shows_known_value(comment)) return true;
  if (values::shows_password(comment) || has_secret_pair(comment)) return true;
  for (auto rest = comment; !rest.empty();) {
    const auto word = first_word(rest);
    if (word.empty()) break;
    if (values::looks_secret("", word)) return true;
    rest.remove_prefix(static_cast<std::size_t>(word.data() - rest.data()) + word.size());
  }
  return false;
}

}  // namespace gradient
