#include "gradient/status/events.h"

#include <algorithm>

namespace gradient::diagnosis {

using json::Json;

std::string seen(const Json& event) {
  constexpr std::size_t to_the_second = 19;  // "2026-01-02T03:04:05"
  for (const auto& time :
       {json::string_at(event, {"series", "lastObservedTime"}),
        json::string_at(event, {"lastTimestamp"}), json::string_at(event, {"eventTime"}),
        json::string_at(event, {"metadata", "creationTimestamp"})}) {
    if (!time.empty()) return time.substr(0, to_the_second);
  }
  return {};
}

std::vector<const Json*> events_of(const Pod& pod, const std::vector<Json>& events) {
  std::vector<const Json*> found;
  for (const auto& event : events) {
    const auto uid = json::string_at(event, {"involvedObject", "uid"});
    if (uid == pod.all().front().uid) found.push_back(&event);
  }
  std::sort(found.begin(), found.end(), [](const Json* a, const Json* b) {
    const auto name = [](const Json* event) {
      return json::string_at(*event, {"metadata", "name"});
    };
    return std::pair(seen(*a), name(a)) < std::pair(seen(*b), name(b));
  });
  return found;
}

const Json* last(const ObservedPod& about, std::initializer_list<std::string_view> reasons) {
  const auto found =
      std::find_if(about.events.rbegin(), about.events.rend(), [&](const Json* event) {
        const auto reason = json::string_at(*event, {"reason"});
        return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
      });
  return found == about.events.rend() ? nullptr : *found;
}

bool is_about(const Json& event, const Container& container) {
  const auto path = json::string_at(event, {"involvedObject", "fieldPath"});
  return path == "spec.containers{" + container.name + "}" ||
         path == "spec.initContainers{" + container.name + "}";
}

}  // namespace gradient::diagnosis
