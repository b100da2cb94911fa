#include "reconcile/schema_refusal.h"

#include "json/problem.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace reconcile {
namespace {

using json::Json;

constexpr auto npos = std::string_view::npos;

struct Words {
  std::string_view theirs, ours;
};

constexpr std::array problems{
    Words{"expected boolean", "must be true or false"},
    Words{"expected numeric", "must be a number"},
    Words{"expected string", "must be a string; write it in quotes"},
    Words{"expected list", "must be a list"},
    Words{"expected map", "must be a mapping"},
    Words{"expected struct", "must be a mapping"},
    Words{"field not declared in schema", "is no field of this version of Kubernetes; remove it"},
    Words{"duplicate entries for key", "has two elements of the same key; keep one of them"},
};

/// Types of Go. A value may be in its place.
constexpr std::array types{Words{"string", "a string"},
                           Words{"bool", "true or false"},
                           Words{"int64", "a number"},
                           Words{"float64", "a number"},
                           Words{"map[string]interface {}", "a mapping"},
                           Words{"[]interface {}", "a list"}};

/// Behind the path of a problem: not a colon in the key of a list's element.
std::size_t path_end(std::string_view line) {
  bool is_quoted = false;
  for (std::size_t at = 0; at + 1 < line.size(); ++at) {
    if (line[at] == '"') is_quoted = !is_quoted;
    if (!is_quoted && line.substr(at, 2) == ": ") return at;
  }
  return npos;
}

/// `name="app"` as app, and two keys with a slash between them.
std::string text_of_keys(std::string_view keys) {
  std::string text;
  bool is_name = keys.find('=') != npos;
  for (const char c : keys) {
    if (c == '=') is_name = false;
    if (c == ',') is_name = true;
    if (c == ',') text += '/';
    if (c != '=' && c != ',' && c != '"' && !is_name) text += c;
  }
  return text;
}

/// `.spec.template.spec.containers[name="app"].tty` as podTemplate.spec.containers[app].tty.
std::string path_of(std::string_view theirs) {
  constexpr std::string_view root = ".spec.template";
  if (theirs.starts_with(root)) theirs.remove_prefix(root.size());
  std::string path = "podTemplate";
  while (!theirs.empty()) {
    const auto open = std::min(theirs.find('['), theirs.size());
    path += theirs.substr(0, open);
    theirs.remove_prefix(open);
    if (theirs.empty()) break;
    const auto close = std::min(theirs.find(']'), theirs.size() - 1);
    path += "[" + text_of_keys(theirs.substr(1, close - 1)) + "]";
    theirs.remove_prefix(close + 1);
  }
  return path;
}

std::string problem(std::string_view theirs) {
  constexpr std::string_view omitted = "has an element that omits key field \"";
  if (const auto at = theirs.find(omitted); at != npos) {
    const auto key = theirs.substr(at + omitted.size());
    return "has an element without " + std::string(key.substr(0, key.find('"'))) + "; write it";
  }
  const auto* const known = std::find_if(problems.begin(), problems.end(), [&](const Words& words) {
    return theirs.starts_with(words.theirs);
  });
  if (known == problems.end()) return std::string(theirs);
  constexpr std::string_view got = ", got ";
  const auto at = theirs.find(got);
  const auto type = at == npos ? "" : theirs.substr(at + got.size());
  const auto* const told = std::find_if(types.begin(), types.end(),
                                        [&](const Words& words) { return words.theirs == type; });
  const auto remedy = std::min(known->ours.find(';'), known->ours.size());
  return std::string(known->ours.substr(0, remedy)) +
         (told == types.end() ? "" : ", not " + std::string(told->ours)) +
         std::string(known->ours.substr(remedy));
}

std::string problems_of(std::string_view lines) {
  std::string all;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    auto line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto colon = path_end(line);
    if (!line.starts_with('.') || colon == npos) continue;
    all += (all.empty() ? "" : "; ") + path_of(line.substr(0, colon)) + " " +
           problem(line.substr(colon + 2));
  }
  return all;
}

/// What may be a number with a fraction.
bool is_quantity(std::string_view field) {
  constexpr std::array<std::string_view, 6> fields{"requests", "limits",    "overhead",
                                                   "divisor",  "sizeLimit", "storage"};
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

/// Where numbers with a fraction are.
std::string fractions(const Json& value, const std::string& path) {
  std::string all;
  const auto add = [&](const std::string& found) {
    all += (all.empty() || found.empty() ? "" : ", ") + found;
  };
  if (value.is_object()) {
    for (const auto& [name, member] : value.as_object())
      if (!is_quantity(name)) add(fractions(member, json::member_path(path, name)));
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto name = json::string_at(value.at(i), {"name"});
      add(fractions(value.at(i),
                    name.empty() ? json::element_path(path, i) : path + "[" + name + "]"));
    }
  } else if (value.is_double()) {
    add(path);
  }
  return all;
}

std::string conversion_problem(std::string_view refusal, const Json& pod_template) {
  const auto has = [&](std::string_view part) { return refusal.find(part) != npos; };
  if (has("quantit"))
    return "an amount is written in no form of a quantity; write one such as 500m or 1Gi";
  if (has("cannot convert float"))
    return "a number is not whole and has to be: " + fractions(pod_template, "podTemplate");
  return has("cannot unmarshal") ? "a value is of another type than its field; compare it with "
                                   "kubectl explain deployment.spec.template.spec"
                                 : "";
}

}  // namespace

std::string schema_problems(const std::string& refusal, const Json& pod_template) {
  constexpr std::string_view typed = "failed to create typed patch object (";
  constexpr std::string_view converted = "failed to convert new object (";
  if (const auto at = refusal.find(typed); at != npos) {
    const auto end = refusal.find("): ", at);
    return end == npos ? "" : problems_of(std::string_view(refusal).substr(end + 3));
  }
  return refusal.find(converted) == npos ? "" : conversion_problem(refusal, pod_template);
}

}  // namespace reconcile
