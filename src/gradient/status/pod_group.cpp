#include "gradient/status/pod_group.h"

#include "base/hash.h"
#include "gradient/status/helper_line.h"
#include "gradient/status/pod.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace gradient {
namespace {

using json::Json;

constexpr std::ptrdiff_t most_looked_into = 5;
constexpr char not_ready = 'N';
constexpr const char* init_statuses = "initContainerStatuses";
/// The text of what the status depends on, but for who the pod is and when something happened.
class State {
 public:
  explicit State(const Json& pod)
      : name_(json::string_at(pod, {"metadata", "name"})),
        uid_(json::string_at(pod, {"metadata", "uid"})) {
    add(diagnosis::replica_set_of(pod));
    add(json::string_at(pod, {"spec", "nodeName"}).empty() ? "" : "scheduled");
    add(json::text(json::at(pod, {"spec", "schedulingGates"})));
    add_fields(json::at(pod, {"status"}), {"phase", "reason"});
    add_masked(json::string_at(pod, {"status", "message"}));
    for (const auto& condition : json::elements_at(pod, {"status", "conditions"})) {
      add_fields(condition, {"type", "status", "reason"});
      add_masked(json::string_at(condition, {"message"}));
    }
    for (const auto& helper : json::elements_at(pod, {"status", init_statuses}))
      add_container(helper, true);
    for (const auto& container : json::elements_at(pod, {"status", "containerStatuses"}))
      add_container(container, false);
  }

  const std::string& text() const { return text_; }

 private:
  void add(std::string_view field) {
    text_ += field;
    text_ += '\n';
  }

  void add_fields(const Json& object, std::initializer_list<const char*> fields) {
    for (const char* field : fields)
      add(json::string_at(object, {field}));
  }

  /// Back-offs and names of pods differ, where the cause is the same.
  void add_masked(std::string text) {
    for (const auto& own : {name_, uid_}) {
      if (own.empty()) continue;
      for (auto at = text.find(own); at != std::string::npos; at = text.find(own, at))
        text.erase(at, own.size());
    }
    std::erase_if(text, [](unsigned char c) { return std::isdigit(c) != 0; });
    add(text);
  }

  void add_container(const Json& container, bool is_helper) {
    add_fields(container, {"name"});
    for (const char* flag : {"ready", "started"})
      add(json::text(json::at(container, {flag})));
    for (const char* when : {"state", "lastState"}) {
      const auto& state = json::at(container, {when});
      add(json::at(state, {"running"}).is_null() ? "" : "runs");
      add_fields(json::at(state, {"waiting"}), {"reason"});
      add_masked(json::string_at(state, {"waiting", "message"}));
      add_end(json::at(state, {"terminated"}), is_helper);
    }
  }

  /// Of a helper its commit counts, or why it failed; what others write differs with each run.
  void add_end(const Json& ended, bool is_helper) {
    if (ended.is_null()) return add("");
    const auto code = json::integer_at(ended, {"exitCode"});
    add(std::to_string(code));
    add_fields(ended, {"reason"});
    if (!is_helper) return;
    const auto message = json::string_at(ended, {"message"});
    if (code == 0) return add_fields(helper_line(message), {"commit", "ref"});
    add_masked(message);
  }

  std::string name_, uid_, text_;
};

char readiness(const Json& pod) {
  if (diagnosis::is_deleted(pod)) return 'D';
  return diagnosis::is_ready(pod) ? 'R' : not_ready;
}

/// Up to the end of the line, which is taken off.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

struct Known {
  PodFacts pod;
  std::string_view state;  ///< of the facts' text

  bool is_not_ready() const { return state.starts_with(not_ready); }
};

Known read(const NamedFacts& named) {
  std::string_view facts = named.facts;
  Known known{.pod = {.name = named.pod}, .state = take_line(facts)};
  for (auto* field : {&known.pod.created, &known.pod.uid, &known.pod.node})
    *field = take_line(facts);
  while (!facts.empty()) {
    const auto container = take_line(facts);
    known.pod.running_since.emplace(container, take_line(facts));
  }
  return known;
}

/// Moves those to look into to the front, the youngest first; where the others begin, by name.
std::vector<Known>::iterator part(std::vector<Known>& pods) {
  const auto ready = std::partition(pods.begin(), pods.end(), std::mem_fn(&Known::is_not_ready));
  const auto others = pods.begin() + std::min(most_looked_into, ready - pods.begin());
  std::partial_sort(pods.begin(), others, ready, [](const Known& a, const Known& b) {
    return std::tie(b.pod.created, a.pod.name) < std::tie(a.pod.created, b.pod.name);
  });
  std::sort(others, pods.end(),
            [](const Known& a, const Known& b) { return a.pod.name < b.pod.name; });
  return others;
}

}  // namespace

std::string pod_facts(const Json& pod) {
  auto facts = readiness(pod) + base::short_hash(State(pod).text(), 32);
  const auto add = [&](const std::string& fact) { facts += "\n" + fact; };
  add(json::string_at(pod, {"metadata", "creationTimestamp"}));
  add(json::string_at(pod, {"metadata", "uid"}));
  add(json::string_at(pod, {"spec", "nodeName"}));
  for (const auto& container : json::elements_at(pod, {"status", init_statuses})) {
    const auto since = json::string_at(container, {"state", "running", "startedAt"});
    if (since.empty()) continue;
    add(json::string_at(container, {"name"}));
    add(since);
  }
  return facts;
}

std::vector<PodGroup> grouped(const std::vector<NamedFacts>& facts, const WholePod& whole) {
  std::vector<Known> pods;
  pods.reserve(facts.size());
  for (const auto& named : facts)
    pods.push_back(read(named));
  const auto others = part(pods);
  std::vector<PodGroup> groups;
  std::map<std::string_view, std::size_t> alike;  // the group of a state
  for (auto pod = pods.begin(); pod != pods.end(); ++pod) {
    const bool is_looked_into = pod < others;
    const auto known = alike.find(pod->state);
    if (!is_looked_into && known != alike.end()) {
      groups[known->second].pods.push_back(std::move(pod->pod));
    } else if (auto object = whole(pod->pod.name)) {
      if (!is_looked_into) alike[pod->state] = groups.size();
      groups.push_back({std::move(object), {std::move(pod->pod)}, is_looked_into});
    }
  }
  return groups;
}

}  // namespace gradient
