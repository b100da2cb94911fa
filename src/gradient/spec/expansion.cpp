#include "gradient/spec/expansion.h"

#include <set>

namespace gradient {
namespace {

/// What a text has for the kubelet.
struct Expansions {
  bool loses_dollar = false;  ///< by a $$ that is not the escape of $(NAME)
  std::set<std::string> names;
};

Expansions expansions(const std::string& text) {
  Expansions found;
  constexpr auto none = std::string::npos;
  for (auto at = text.find('$'); at != none && at + 1 < text.size(); at = text.find('$', at)) {
    const auto next = text[at + 1];
    if (next == '$') {
      if (text.compare(at + 2, 1, "(") != 0) found.loses_dollar = true;
      at += 2;
      continue;
    }
    const auto end = next == '(' ? text.find(')', at) : none;
    if (end != none) found.names.insert(text.substr(at + 2, end - at - 2));
    at += 1;
  }
  return found;
}

constexpr const char* one_dollar =
    "has $$, of which Kubernetes leaves one $; write $$$$ where two are meant";

}  // namespace

std::string escape_dollars(std::string text) {
  for (auto at = text.find('$'); at != std::string::npos; at = text.find('$', at + 2))
    text.insert(at, 1, '$');
  return text;
}

std::string unescape_dollars(std::string text) {
  for (auto at = text.find("$$"); at != std::string::npos; at = text.find("$$", at + 1))
    text.erase(at, 1);
  return text;
}

json::Problems surprising_expansions(const DeploymentSpec& spec) {
  json::Problems warnings;
  for (std::size_t i = 0; i < spec.command.size(); ++i)
    if (expansions(spec.command[i]).loses_dollar)
      warnings.push_back({json::element_path("spec.command", i), one_dollar});
  std::set<std::string> later;
  for (const auto& variable : spec.env)
    later.insert(variable.name);
  for (std::size_t i = 0; i < spec.env.size(); ++i) {
    const auto* text = std::get_if<std::string>(&spec.env[i].value);
    const auto found = text == nullptr ? Expansions() : expansions(*text);
    const auto field = json::element_path("spec.env", i) + ".value";
    if (found.loses_dollar) warnings.push_back({field, one_dollar});
    if (found.names.contains(spec.env[i].name))
      warnings.push_back({field, "names itself by $(" + spec.env[i].name +
                                     "), which stays as it is: Kubernetes does not know the "
                                     "image's variables; write the whole value"});
    later.erase(spec.env[i].name);
    for (const auto& name : found.names)
      if (later.contains(name))
        warnings.push_back({field, "names $(" + name +
                                       "), which stays as it is, as the variable comes later; move "
                                       "that one before this, or write $$(" +
                                       name + ") where the text is meant"});
  }
  return warnings;
}

}  // namespace gradient
