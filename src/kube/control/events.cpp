#include "kube/control/events.h"

#include "base/hash.h"
#include "base/rfc3339.h"
#include "json/utf8.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace kube {
namespace {

using namespace std::chrono_literals;

constexpr double burst = 25;
constexpr std::chrono::duration<double> refill = 5min;  ///< for one token
constexpr auto remembered = 1h;                         ///< as long as the server keeps an Event
constexpr std::size_t max_remembered = 4096;
constexpr std::size_t max_message = 1024;  ///< the server refuses more
constexpr std::size_t max_name = 253;

/// At most `limit` bytes, cut between characters.
std::string cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && json::continues_character(text[limit]))
    --limit;
  text.resize(limit);
  return text;
}

/// "<object>.<hash>": the same however often the request is sent, so none is doubled.
std::string event_name(std::string object, const std::string& what, const std::string& first) {
  const auto hash = base::short_hash(what + first);
  object.resize(std::min(object.size(), max_name - hash.size() - 1));
  while (!object.empty() && (object.back() == '.' || object.back() == '-'))
    object.pop_back();
  object += '.';
  return object + hash;
}

const char* name_of(EventType type) {
  return type == EventType::Normal ? "Normal" : "Warning";
}

Json involved_object(const Json& object) {
  const auto key = key_of(object);
  return json::object({{"apiVersion", json::string_at(object, {"apiVersion"})},
                       {"kind", json::string_at(object, {"kind"})},
                       {"name", key.name},
                       {"namespace", json::text_or_null(key.ns)},
                       {"resourceVersion", resource_version_of(object)},
                       {"uid", uid_of(object)}});
}

}  // namespace

EventRecorder::EventRecorder(Client& client, const Clock& clock, std::string component)
    : client_(client), clock_(clock), component_(std::move(component)) {}

void EventRecorder::record(const Json& object, EventType type, const std::string& reason,
                           const std::string& message) noexcept {
  try {
    const auto uid = uid_of(object);
    const auto bucket_key = uid + name_of(type);
    const auto seen = count(bucket_key, key_of(object).name,
                            uid + '\n' + name_of(type) + '\n' + reason + '\n' + message);
    if (seen) enqueue({event(object, type, reason, message, *seen), seen->count});
  } catch (const std::exception& error) {
    spdlog::warn("event lost reason={} error=\"{}\"", reason, error.what());
  }
}

Json EventRecorder::event(const Json& object, EventType type, const std::string& reason,
                          const std::string& message, const Seen& seen) const {
  const auto key = key_of(object);
  return json::object(
      {{"apiVersion", "v1"},
       {"kind", "Event"},
       {"metadata",
        json::object({{"name", seen.name}, {"namespace", key.ns.empty() ? "default" : key.ns}})},
       {"involvedObject", involved_object(object)},
       {"type", name_of(type)},
       {"reason", reason},
       {"message", cut(message, max_message)},
       {"count", seen.count},
       {"firstTimestamp", seen.first},
       {"lastTimestamp", base::rfc3339(clock_.wall())},
       {"source", json::object({{"component", component_}})},
       {"reportingComponent", component_},
       {"reportingInstance", component_}});
}

void EventRecorder::enqueue(Recorded recorded) {
  const std::lock_guard lock(mutex_);
  const bool is_full = waiting_.events.size() >= most_waiting;
  if (is_full && !waiting_.is_full)
    spdlog::warn("events are lost: {} wait already for the API server to take them", most_waiting);
  waiting_.is_full = is_full;
  if (is_full) return;
  waiting_.events.push_back(std::move(recorded));
  recorded_.notify_one();
}

std::optional<EventRecorder::Recorded> EventRecorder::pop() {
  const std::lock_guard lock(mutex_);
  if (waiting_.events.empty()) return std::nullopt;
  auto first = std::move(waiting_.events.front());
  waiting_.events.pop_front();
  return first;
}

void EventRecorder::run(const std::stop_token& stop) noexcept {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      recorded_.wait(lock, stop, [this] { return !waiting_.events.empty(); });
    }
    if (stop.stop_requested()) break;
    if (const auto next = pop()) try_to_write(*next, deadline);
  }
  for (const auto end = clock_.now() + deadline; clock_.now() < end;) {
    const auto next = pop();
    if (!next) return;
    try_to_write(*next, std::chrono::ceil<std::chrono::milliseconds>(end - clock_.now()));
  }
}

void EventRecorder::write_recorded() noexcept {
  while (const auto next = pop())
    try_to_write(*next, deadline);
}

void EventRecorder::try_to_write(const Recorded& recorded,
                                 std::chrono::milliseconds total) noexcept {
  const auto reason = json::string_at(recorded.event, {"reason"});
  try {
    write(recorded, total);
  } catch (const ApiError& error) {
    const auto level = error.namespace_terminating() ? spdlog::level::debug : spdlog::level::warn;
    spdlog::log(level, "event lost reason={} error=\"{}\"", reason, error.what());
  } catch (const std::exception& error) {
    spdlog::warn("event lost reason={} error=\"{}\"", reason, error.what());
  }
}

/// Empty when the object has used up its events.
std::optional<EventRecorder::Seen> EventRecorder::count(const std::string& bucket_key,
                                                        const std::string& name,
                                                        const std::string& what) {
  const auto now = clock_.now();
  return data_.with([&](Data& data) -> std::optional<Seen> {
    forget_old(data);
    auto& bucket = data.buckets.try_emplace(bucket_key, Bucket{burst, now}).first->second;
    bucket.tokens = std::min(burst, bucket.tokens + (now - bucket.last) / refill);
    bucket.last = now;
    if (bucket.tokens < 1) return std::nullopt;
    bucket.tokens -= 1;
    auto& seen = data.seen[what];
    if (seen.count == 0) {
      seen.first = base::rfc3339(clock_.wall());
      seen.name = event_name(name, what, base::rfc3339_micro(clock_.wall()));
    }
    ++seen.count;
    seen.last = now;
    return seen;
  });
}

void EventRecorder::forget_old(Data& data) const {
  if (data.seen.size() < max_remembered && data.buckets.size() < max_remembered) return;
  const auto is_old = [&](const auto& entry) {
    return clock_.now() - entry.second.last > remembered;
  };
  std::erase_if(data.seen, is_old);
  std::erase_if(data.buckets, is_old);
  if (data.seen.size() >= max_remembered) data.seen.clear();
  if (data.buckets.size() >= max_remembered) data.buckets.clear();
}

void EventRecorder::write(const Recorded& recorded, std::chrono::milliseconds total) {
  const auto& event = recorded.event;
  const auto key = key_of(event);
  if (recorded.count > 1) {
    try {
      const auto patch = json::object(
          {{"count", recorded.count}, {"lastTimestamp", json::at(event, {"lastTimestamp"})}});
      client_.merge_patch(events, key, patch, component_, {}, total);
      return;
    } catch (const ApiError& error) {
      if (!error.not_found())
        throw;  // it has expired on the server by now (--event-ttl): a new one
    }
  }
  try {
    client_.create(events, key.ns, event, {}, total);
  } catch (const ApiError& error) {
    if (!error.conflict()) throw;  // it arrived the first time that it was sent
  }
}

}  // namespace kube
