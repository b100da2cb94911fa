#pragma once

#include "gradient/status/pod.h"
#include "gradient/status/pod_check.h"
#include "json/json.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace gradient::diagnosis {

/// The events of a pod, and not of a namesake before it: involvedObject.uid says so. Oldest first.
std::vector<const json::Json*> events_of(const Pod& pod, const std::vector<json::Json>& events);
/// When it was seen last, RFC 3339 to the second.
std::string seen(const json::Json& event);
/// The last event with one of the reasons; null without one.
const json::Json* last(const ObservedPod& about, std::initializer_list<std::string_view> reasons);
/// Whether it is about this container: involvedObject.fieldPath says so.
bool is_about(const json::Json& event, const Container& container);

}  // namespace gradient::diagnosis
