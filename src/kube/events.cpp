#include "kube/events.h"

#include "base/hash.h"

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
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  while (limit > 0 && continues(limit))
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

Json involved_object(const Json& object) {
  const auto key = key_of(object);
  return json::object({{"apiVersion", json::string_at(object, {"apiVersion"})},
                       {"kind", json::string_at(object, {"kind"})},
                       {"name", key.name},
                       {"namespace", key.ns.empty() ? Json() : Json(key.ns)},
                       {"resourceVersion", resource_version_of(object)},
                       {"uid", uid_of(object)}});
}

}  // namespace

EventRecorder::EventRecorder(Client& client, const Clock& clock, std::string component)
    : client_(client), clock_(clock), component_(std::move(component)) {}

void EventRecorder::record(const Json& object, EventType type, const std::string& reason,
                           const std::string& message) noexcept {
  try {
    const auto key = key_of(object);
    const auto* const type_name = type == EventType::Normal ? "Normal" : "Warning";
    const auto uid = uid_of(object);
    const auto seen =
        count(uid + type_name, key.name, uid + '\n' + type_name + '\n' + reason + '\n' + message);
    if (!seen) return;
    write(json::object(
              {{"apiVersion", "v1"},
               {"kind", "Event"},
               {"metadata", json::object({{"name", seen->name},
                                          {"namespace", key.ns.empty() ? "default" : key.ns}})},
               {"involvedObject", involved_object(object)},
               {"type", type_name},
               {"reason", reason},
               {"message", cut(message, max_message)},
               {"count", seen->count},
               {"firstTimestamp", seen->first},
               {"lastTimestamp", rfc3339(clock_.wall())},
               {"source", json::object({{"component", component_}})},
               {"reportingComponent", component_},
               {"reportingInstance", component_}}),
          *seen);
  } catch (const ApiError& error) {
    const auto level = error.namespace_terminating() ? spdlog::level::debug : spdlog::level::warn;
    spdlog::log(level, "event lost reason={} error=\"{}\"", reason, error.what());
  } catch (const std::exception& error) {
    spdlog::warn("event lost reason={} error=\"{}\"", reason, error.what());
  }
}

/// Empty when the object has used up its events.
std::optional<EventRecorder::Seen> EventRecorder::count(const std::string& purse,
                                                        const std::string& name,
                                                        const std::string& what) {
  const auto now = clock_.now();
  return data_.with([&](Data& data) -> std::optional<Seen> {
    forget_old(data);
    auto& bucket = data.buckets.try_emplace(purse, Bucket{burst, now}).first->second;
    bucket.tokens = std::min(burst, bucket.tokens + (now - bucket.last) / refill);
    bucket.last = now;
    if (bucket.tokens < 1) return std::nullopt;
    bucket.tokens -= 1;
    auto& seen = data.seen[what];
    if (seen.count == 0) {
      seen.first = rfc3339(clock_.wall());
      seen.name = event_name(name, what, rfc3339_micro(clock_.wall()));
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

void EventRecorder::write(const Json& event, const Seen& seen) {
  const auto key = key_of(event);
  if (seen.count > 1) {
    try {
      const auto patch = json::object(
          {{"count", seen.count}, {"lastTimestamp", json::at(event, {"lastTimestamp"})}});
      client_.merge_patch(events, key, patch, component_);
      return;
    } catch (const ApiError& error) {
      if (!error.not_found()) throw;  // the server has dropped it by now: told anew
    }
  }
  try {
    client_.create(events, key.ns, event);
  } catch (const ApiError& error) {
    if (!error.conflict()) throw;  // it arrived the first time that it was sent
  }
}

}  // namespace kube
