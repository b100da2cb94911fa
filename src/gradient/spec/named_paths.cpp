#include "gradient/spec/named_paths.h"

#include "gradient/spec/characters.h"
#include "gradient/spec/values.h"

#include <algorithm>

namespace gradient {
namespace {

constexpr std::string_view quotes = "'\"`";
constexpr std::string_view opening = "([{";
constexpr std::string_view closing = ")]}";

constexpr bool is_one_of(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

constexpr bool ends_word(char c) {
  return values::is_blank(c) || values::is_control(c) || is_one_of(c, "=,;|&<>!") ||
         is_one_of(c, quotes) || is_one_of(c, opening) || is_one_of(c, closing);
}

/// Whether a shell would join a word to what ends just before it: ${ROOT}/opt, "$ROOT"/opt.
bool is_joined_to(std::string_view before) {
  if (before.empty()) return false;
  if (!is_one_of(before.back(), quotes)) return is_one_of(before.back(), closing);
  before.remove_suffix(1);
  if (before.empty() || before.back() == ':') return false;  // {"key":"/opt"}
  return !ends_word(before.back()) || is_one_of(before.back(), closing);
}

/// The same at its end: /opt/{a,b}, /opt/a"$B".
bool goes_on_with(std::string_view after) {
  if (after.empty()) return false;
  if (!is_one_of(after.front(), quotes)) return is_one_of(after.front(), opening);
  return after.size() > 1 && !ends_word(after[1]);
}

/// `path` up to the last part that is known; the last one is not when the path goes on.
std::string known_part(std::string path, bool goes_on) {
  const auto special = path.find_first_of("$*?\\%~#^");
  const auto open = special == std::string::npos && goes_on ? path.size() : special;
  if (open == std::string::npos) return path;
  const auto folder = path.rfind('/', open);
  path.resize(folder == std::string::npos ? 0 : folder);
  return path;
}

}  // namespace

std::vector<std::string> named_paths(std::string_view text, const std::string& folder) {
  constexpr std::size_t longest = 4096;  // PATH_MAX
  std::vector<std::string> paths;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto* const after = std::find_if(text.begin() + begin, text.end(), ends_word);
    const auto end = static_cast<std::size_t>(after - text.begin());
    const auto word = text.substr(begin, end - begin);
    // A list of paths has colons, and so have URLs and HOST:PATH, which begin with a letter.
    const bool has_paths =
        !word.empty() && is_one_of(word.front(), "/.") && !is_joined_to(text.substr(0, begin));
    const auto add = [&](std::string_view part) {
      const bool is_last = part.data() + part.size() == word.data() + word.size();
      if (part.size() > longest || !values::has_no_dots(part)) return true;
      const auto known = values::normal_path(
          known_part(std::string(part), is_last && goes_on_with(text.substr(end))));
      if (values::is_below(known, folder)) paths.push_back(known);
      return true;
    };
    if (has_paths) values::all_parts(word, ':', add);
    begin = end + 1;
  }
  return paths;
}

}  // namespace gradient
