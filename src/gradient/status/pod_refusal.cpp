#include "gradient/status/pod_refusal.h"

#include "gradient/status/events.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <array>

namespace gradient::diagnosis {
namespace {

/// The pieces of `text` between `separator`s.
std::vector<std::string> split(const std::string& text, std::string_view separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (auto at = text.find(separator); at != std::string::npos; at = text.find(separator, from)) {
    parts.push_back(text.substr(from, at - from));
    from = at + separator.size();
  }
  parts.push_back(text.substr(from));
  return parts;
}

}  // namespace

std::string refusal_text(const std::string& said) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> names{
      {{"pods \"", "\" is forbidden: "}, {"Pod \"", "\" is invalid: "}}};
  for (const auto& [before, after] : names) {
    const auto begin = said.find(before);
    const auto end = said.find(after);
    if (begin < end && end != std::string::npos) return said.substr(end + after.size());
  }
  auto text = said;
  // The first is of client-go's recorder, around the last of many.
  for (const std::string_view frame : {"(combined from similar events): ", "Error creating: "})
    if (text.starts_with(frame)) text.erase(0, frame.size());
  return text;
}

PodRefusal last_refusal(const std::vector<json::Json>& events, std::string_view name) {
  PodRefusal last;
  for (const auto& event : events) {
    if (json::string_at(event, {"reason"}) != "FailedCreate" ||
        json::string_at(event, {"involvedObject", "name"}) != name || seen(event) < last.seen)
      continue;
    last = {.text = refusal_text(json::string_at(event, {"message"})), .seen = seen(event)};
  }
  return last;
}

std::vector<std::pair<std::string, std::string>> unspecified_amounts(const std::string& refusal) {
  constexpr std::string_view begin = "must specify ";
  constexpr std::string_view middle = " for: ";
  const auto at = refusal.find(begin);
  if (at == std::string::npos || !has(refusal, "failed quota")) return {};
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& entry : split(refusal.substr(at + begin.size()), "; ")) {
    const auto end = std::min(entry.find(middle), entry.size());
    auto resource = entry.substr(0, end);
    if (resource.find('.') == std::string::npos) resource.insert(0, "requests.");  // a bare name
    for (auto& container : split(entry.substr(std::min(end + middle.size(), entry.size())), ","))
      found.emplace_back(resource, std::move(container));
  }
  return found;
}

}  // namespace gradient::diagnosis
