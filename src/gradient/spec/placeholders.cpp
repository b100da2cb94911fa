#include "gradient/spec/placeholders.h"

#include "base/ascii.h"
#include "gradient/spec/characters.h"

#include <algorithm>
#include <array>

namespace gradient {
namespace {

using json::Json;

constexpr auto none = std::string_view::npos;
constexpr std::string_view unknown_host = "https://change-me.invalid/";

/// How the names of things end that somebody has to fill in: <token> is one, <eos> is none.
constexpr std::array<std::string_view, 25> things{
    "account",  "address", "bucket",  "cluster", "dataset", "domain", "endpoint",
    "here",     "host",    "id",      "key",     "machine", "model",  "name",
    "password", "path",    "project", "region",  "secret",  "tag",    "team",
    "token",    "url",     "user",    "value"};
constexpr std::size_t longest = 80;  ///< of a placeholder, between its brackets

bool is_of_word(char c) {
  return values::is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
}

/// Whether what is between '<' and '>' names something: several words, or one that is known.
bool names_a_thing(std::string_view inside) {
  const bool is_padded = inside.starts_with(" ") && inside.ends_with(" ");
  if (is_padded && inside.size() > 2) inside = inside.substr(1, inside.size() - 2);
  if (inside.empty() || inside.front() == ' ' || inside.back() == ' ') return false;
  if (!values::all(inside, [](char c) { return is_of_word(c) || c == ' ' || c == '\''; }))
    return false;
  const auto lower = base::lower(inside);
  return lower.find_first_of(" _-") != none ||
         std::any_of(things.begin(), things.end(),
                     [&](std::string_view thing) { return lower.ends_with(thing); });
}

/// Redirections of a shell have a blank before the first one of them, and markup has an end.
bool has_angle_brackets(std::string_view text) {
  if (text.find("</") != none || text.find("/>") != none) return false;
  for (auto begin = text.find('<'); begin != none; begin = text.find('<', begin + 1)) {
    const auto after = text.substr(begin + 1, longest + 1);
    const auto end = after.find('>');
    if (end == none) continue;
    const auto inside = after.substr(0, end);
    const bool may_redirect = inside.starts_with(" ") && begin > 0 && text[begin - 1] == ' ';
    if (!may_redirect && names_a_thing(inside)) return true;
  }
  return false;
}

/// Whether a word of `text` begins with `beginning`, and goes on when it has to.
bool has_word(std::string_view text, std::string_view beginning, bool goes_on) {
  for (auto at = text.find(beginning); at != none; at = text.find(beginning, at + 1)) {
    const auto end = at + beginning.size();
    const bool follows = end < text.size() && values::is_alphanumeric(text[end]);
    if ((at == 0 || !is_of_word(text[at - 1])) && follows == goes_on) return true;
  }
  return false;
}

void look(const Json& value, const std::string& path, json::Problems& found) {
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      look(value.as_array().at(i), json::element_path(path, i), found);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.as_object())
      look(member, json::member_path(path, name), found);
  } else if (value.is_string() && values::has_placeholder(value.as_string())) {
    found.push_back({path, "has a placeholder; write what belongs there"});
  }
}

}  // namespace

bool values::has_placeholder(std::string_view text) {
  if (is_unknown_url(text)) return false;
  if (has_angle_brackets(text)) return true;
  const auto lower = base::lower(text);
  for (const std::string_view phrase :
       {"change-me", "changeme", "change_me", "replace-me", "replaceme", "replace_me"})
    if (has_word(lower, phrase, false)) return true;
  return has_word(lower, "your_", true) || has_word(lower, "your-", true);
}

std::string values::unknown_url(std::string_view id) {
  std::string folder;
  for (const char c : id)
    folder += is_alphanumeric(c) || c == '-' || c == '_' ? c : '-';
  return std::string(unknown_host) + folder + "/";
}

bool values::is_unknown_url(std::string_view url) {
  return url.starts_with(unknown_host);
}

json::Problems placeholders(const Json& value, const std::string& path) {
  json::Problems found;
  look(value, path, found);
  return found;
}

}  // namespace gradient
