#include "cli/screen.h"

#include "base/rfc3339.h"
#include "base/units.h"
#include "cli/table.h"
#include "gradient/spec/names.h"
#include "gradient/status/condition.h"
#include "gradient/status/helper_line.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace cli {
namespace {

namespace names = gradient::names;
using gradient::condition;
using json::Json;

constexpr std::size_t most_events = 10;
constexpr std::size_t most_of_event = 1000;  ///< about where a recorder cuts a message off

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// Of a commit or a digest, what tells it apart.
std::string shortened(std::string revision) {
  const auto colon = revision.find(':');
  if (colon != std::string::npos) revision.erase(0, colon + 1);
  return revision.substr(0, 12);
}

std::string number(const Json& object, std::initializer_list<std::string_view> path) {
  return std::to_string(json::integer_at(object, path, 0));
}

std::string summary(const Screen& screen, const Paint& paint) {
  const auto& object = screen.deployment;
  const auto& metadata = json::at(object, {"metadata"});
  const auto& ready = condition(json::at(object, {"status"}), "Ready");
  std::string text = "GradientDeployment " + json::string_at(metadata, {"namespace"}) + "/" +
                     json::string_at(metadata, {"name"}) + "\n\n";
  if (ready.is_null())
    return text +
           "No operator has observed it yet: is gradient-operator running, and does it "
           "watch this namespace?\n";
  text += table({{"Ready", paint(colour_of_condition(json::string_at(ready, {"status"})),
                                 json::string_at(ready, {"status"}) + ", " +
                                     json::string_at(ready, {"reason"})) +
                               ": " + one_line(json::string_at(ready, {"message"}))},
                 {"Image", json::string_at(object, {"spec", "image"})},
                 {"Machine", json::string_at(object, {"spec", "resources", "instanceType"})},
                 {"Replicas", number(object, {"status", "readyReplicas"}) + " ready, " +
                                  number(object, {"status", "updatedReplicas"}) +
                                  " up to date, of " + number(object, {"status", "replicas"})},
                 {"Endpoint", json::string_at(object, {"status", "endpoint"})},
                 {"Age", age(screen.now, json::string_at(metadata, {"creationTimestamp"}))}});
  const auto generation = json::integer_at(metadata, {"generation"}, 0);
  if (json::integer_at(object, {"status", "observedGeneration"}, 0) < generation)
    text +=
        "\nThe operator has not observed the last edit yet; what follows is about the one "
        "before.\n";
  return text;
}

/// The messages that a screen has already: what conditions and events share is told once.
class Told {
 public:
  explicit Told(const Json& ready) { add("Ready", one_line(json::string_at(ready, {"message"}))); }

  /// `message`, or who has said it: all of it, its end, or as much as an event keeps of it.
  std::string or_by_whom(const std::string& message) const {
    for (const auto& [who, said] : messages_) {
      const auto by = "as for " + who;
      if (message == said) return by;
      if (message.ends_with(": " + said))
        return message.substr(0, message.size() - said.size()) + by;
      if (message.size() > most_of_event && said.starts_with(message)) return by;
    }
    return message;
  }
  void add(const std::string& who, const std::string& message) {
    if (!message.empty()) messages_.emplace_back(who, message);
  }

 private:
  std::vector<std::pair<std::string, std::string>> messages_;  ///< by whom, and what
};

std::vector<Row> conditions(const Screen& screen, Told& told) {
  std::vector<Row> rows;
  for (const auto& found : json::elements_at(screen.deployment, {"status", "conditions"})) {
    const auto type = json::string_at(found, {"type"});
    const auto message = one_line(json::string_at(found, {"message"}));
    const auto status = json::string_at(found, {"status"});
    rows.push_back({type,
                    {status, type == "Ready" ? colour_of_condition(status) : Colour::None},
                    age(screen.now, json::string_at(found, {"lastTransitionTime"})),
                    json::string_at(found, {"reason"}),
                    type == "Ready" ? "as above" : told.or_by_whom(message)});
    told.add(type, message);
  }
  return rows;
}

std::vector<Row> content(const Screen& screen) {
  std::vector<Row> rows;
  const auto& status = json::at(screen.deployment, {"status", "content"});
  for (const auto& repository : json::elements_at(status, {"repositories"})) {
    const auto ref = json::string_at(repository, {"ref"});
    rows.push_back({"repository " + json::string_at(repository, {"name"}),
                    shortened(json::string_at(repository, {"commit"})), ref.empty() ? "HEAD" : ref,
                    json::string_at(repository, {"url"})});
  }
  for (const auto& model : json::elements_at(status, {"models"})) {
    const auto bytes = json::integer_at(model, {"bytes"}, -1);
    rows.push_back({"model " + json::string_at(model, {"id"}),
                    shortened(json::string_at(model, {"revision"})),
                    bytes < 0 ? "" : base::bytes_text(bytes), json::string_at(model, {"source"})});
  }
  return rows;
}

/// What a helper container says of its content: in its last message, or its log's last line.
std::string of_helper(const Json& status, const Json& sync_line) {
  const auto name = json::string_at(status, {"name"});
  const auto content = name.substr(name.find('-') + 1);
  const auto report =
      gradient::helper_line(json::string_at(status, {"state", "terminated", "message"}));
  const auto& told = report.is_null() ? sync_line : report;
  for (const char* revision : {"commit", "revision"}) {
    const auto value = json::string_at(told, {revision});
    if (!value.empty()) return content + " " + shortened(value);
  }
  const auto reason = json::string_at(told, {"reason"});
  if (!reason.empty()) return content + " " + reason;
  if (const auto percent = gradient::progress_percent(told))
    return content + " " + std::to_string(*percent) + "%";
  const auto waiting = json::string_at(status, {"state", "waiting", "reason"});
  return content + " " + (waiting.empty() ? "is fetched" : waiting);
}

std::string content_of(const Json& pod, const std::map<std::string, Json>& sync_lines) {
  std::string text;
  for (const auto& status : json::elements_at(pod, {"status", "initContainerStatuses"})) {
    const auto name = json::string_at(status, {"name"});
    if (!name.starts_with(names::clone_prefix) && !name.starts_with(names::sync_prefix)) continue;
    const auto line = sync_lines.find(json::string_at(pod, {"metadata", "name"}) + "/" + name);
    text += (text.empty() ? "" : ", ") +
            of_helper(status, line == sync_lines.end() ? Json() : line->second);
  }
  return text;
}

/// As kubectl shows it: what the app waits for says more than the phase.
std::string state_of(const Json& pod) {
  if (json::at(pod, {"metadata"}).has_field("deletionTimestamp")) return "Terminating";
  for (const auto& status : json::elements_at(pod, {"status", "containerStatuses"})) {
    const auto waiting = json::string_at(status, {"state", "waiting", "reason"});
    if (!waiting.empty()) return waiting;
    const auto ended = json::string_at(status, {"state", "terminated", "reason"});
    if (!ended.empty()) return ended;
  }
  return json::string_at(pod, {"status", "phase"});
}

std::vector<Row> pods(const Screen& screen) {
  std::vector<Row> rows;
  for (const auto& pod : screen.pods) {
    std::int64_t restarts = 0;
    for (const auto& status : json::elements_at(pod, {"status", "containerStatuses"}))
      restarts += json::integer_at(status, {"restartCount"}, 0);
    rows.push_back(
        {json::string_at(pod, {"metadata", "name"}), state_of(pod),
         json::string_at(condition(json::at(pod, {"status"}), "Ready"), {"status"}) == "True"
             ? Cell("ready", Colour::Green)
             : Cell("not ready", Colour::Yellow),
         std::to_string(restarts),
         age(screen.now, json::string_at(pod, {"metadata", "creationTimestamp"})),
         json::string_at(pod, {"spec", "nodeName"}), content_of(pod, screen.sync_lines)});
  }
  return rows;
}

std::vector<Row> children(const Screen& screen) {
  std::vector<Row> rows;
  for (const auto& child : screen.children) {
    rows.push_back(
        {json::string_at(child, {"kind"}) + "/" + json::string_at(child, {"metadata", "name"}),
         age(screen.now, json::string_at(child, {"metadata", "creationTimestamp"}))});
  }
  return rows;
}

std::string time_of(const Json& event) {
  for (const char* field : {"lastTimestamp", "eventTime", "firstTimestamp"}) {
    auto time = json::string_at(event, {field});
    if (!time.empty()) return time;
  }
  return json::string_at(event, {"metadata", "creationTimestamp"});
}

std::string replaced(std::string text, const std::string& part) {
  for (auto at = text.find(part); !part.empty() && at != std::string::npos;
       at = text.find(part, at + 1))
    text.replace(at, part.size(), "*");
  return text;
}

/// What was said of objects that are alike: the newest Event of it, and how often and of how many.
struct Said {
  const Json* newest = nullptr;
  std::int64_t count = 0;
  std::set<std::string> objects = {};
};

/// Events that differ in nothing but the object, whose name and UID may stand in the message, are
/// one; the one that was seen last comes last.
std::vector<Said> said(const std::vector<Json>& events) {
  using Kind = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Kind, Said> by_kind;
  for (const auto& event : events) {
    const auto& object = json::at(event, {"involvedObject"});
    const auto name = json::string_at(object, {"name"});
    const auto alike = replaced(replaced(json::string_at(event, {"message"}), name),
                                json::string_at(object, {"uid"}));
    auto& same = by_kind[{json::string_at(event, {"type"}), json::string_at(event, {"reason"}),
                          json::string_at(object, {"kind"}), alike}];
    if (same.newest == nullptr || time_of(*same.newest) < time_of(event)) same.newest = &event;
    same.count += json::integer_at(event, {"count"}, 1);
    same.objects.insert(name);
  }
  std::vector<Said> sorted;
  for (auto& [kind, found] : by_kind)
    sorted.push_back(std::move(found));
  std::stable_sort(sorted.begin(), sorted.end(), [](const Said& a, const Said& b) {
    return time_of(*a.newest) < time_of(*b.newest);
  });
  return sorted;
}

Cell of_type(const std::string& type) {
  return {type, type == "Warning" ? Colour::Yellow : Colour::None};
}

std::vector<Row> events(const Screen& screen, const Told& told) {
  auto shown = said(screen.events);
  if (shown.size() > most_events)
    shown.erase(shown.begin(), shown.end() - static_cast<std::ptrdiff_t>(most_events));
  std::vector<Row> rows;
  for (const auto& [newest, count, objects] : shown) {
    const auto& event = *newest;
    const auto others = objects.size() - 1;
    rows.push_back(
        {age(screen.now, time_of(event)) + (count > 1 ? " (x" + std::to_string(count) + ")" : ""),
         of_type(json::string_at(event, {"type"})), json::string_at(event, {"reason"}),
         json::string_at(event, {"involvedObject", "kind"}) + "/" +
             json::string_at(event, {"involvedObject", "name"}) +
             (others > 0 ? " and " + std::to_string(others) + " more" : ""),
         told.or_by_whom(one_line(json::string_at(event, {"message"})))});
  }
  return rows;
}

std::string section(Row header, std::vector<Row> rows, const Paint& paint) {
  if (rows.empty()) return {};
  rows.insert(rows.begin(), std::move(header));
  return "\n" + table(rows, paint);
}

}  // namespace

std::string age(std::chrono::system_clock::time_point now, const std::string& then) {
  const auto time = base::parse_rfc3339(then);
  if (!time) return {};
  const auto since = now - *time;
  const auto seconds =
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(since).count());
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (minutes < 120) return std::to_string(minutes) + "m";
  if (hours < 24) return std::to_string(hours) + "h" + std::to_string(minutes % 60) + "m";
  return std::to_string(hours / 24) + "d";
}

std::string text_of(const Screen& screen, const Paint& paint) {
  Told told(condition(json::at(screen.deployment, {"status"}), "Ready"));
  const auto conditions_text = section({"CONDITION", "STATUS", "SINCE", "REASON", "MESSAGE"},
                                       conditions(screen, told), paint);
  return summary(screen, paint) + conditions_text +
         section({"CONTENT", "REVISION", "WHAT", "FROM"}, content(screen), paint) +
         section({"POD", "STATE", "", "RESTARTS", "AGE", "NODE", "CONTENT"}, pods(screen), paint) +
         section({"CHILD", "AGE"}, children(screen), paint) +
         section({"LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"}, events(screen, told), paint);
}

}  // namespace cli
