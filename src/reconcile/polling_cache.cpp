#include "reconcile/polling_cache.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace reconcile {
namespace {

Ref ref_of(const kube::Kind& kind, const kube::Key& key) {
  return {std::string(kind.kind), key};
}

/// Between two looks for what is missing.
constexpr std::chrono::seconds soonest{1};
constexpr std::chrono::seconds latest{30};

std::string version_of(const json::Shared& object) {
  return object ? kube::uid_of(*object) + kube::resource_version_of(*object) : std::string();
}

}  // namespace

json::Shared PollingCache::find(const kube::Kind& kind, const kube::Key& key,
                                const std::stop_token& stop) {
  const auto ref = ref_of(kind, key);
  const auto known = entries_.with([&](const auto& entries) -> std::optional<Entry> {
    const auto found = entries.find(ref);
    if (found == entries.end() || clock_.now() >= found->second.old) return std::nullopt;
    return found->second;
  });
  return known ? known->object : read(kind, key, kube::Client::default_timeout, stop);
}

json::Shared PollingCache::read(const kube::Kind& kind, const kube::Key& key,
                                std::chrono::milliseconds total, const std::stop_token& stop) {
  auto object = client_.get(kind, key, stop, total);
  const auto ref = ref_of(kind, key);
  const bool is_news = entries_.with([&](auto& entries) {
    auto& entry = entries[ref];
    const bool was_read = entry.kind != nullptr;
    const auto before = std::exchange(entry.object, object);
    entry.kind = &kind;
    schedule(ref, entry);
    return was_read && version_of(before) != version_of(object);
  });
  if (is_news) changed_(ref);
  return object;
}

/// The next read of what was read just now. What is missing is read after a thirtieth of the time
/// that it has been missing: who creates it at last waits little more.
void PollingCache::schedule(const Ref& ref, Entry& entry) const {
  const auto now = clock_.now();
  entry.read = now;
  if (entry.object && !incomplete_.any(ref)) {
    entry.missing_since.reset();
    entry.due = entry.old = now + period;
    return;
  }
  if (!entry.missing_since) entry.missing_since = now;
  const auto age = now - *entry.missing_since;
  entry.due = entry.old =
      now + std::clamp<kube::Clock::TimePoint::duration>(age / 30, soonest, latest);
}

void PollingCache::put(const kube::Kind& kind, const json::Shared& object) {
  const auto ref = ref_of(kind, kube::key_of(*object));
  entries_.with([&](auto& entries) {
    auto& entry = entries[ref];
    entry.kind = &kind;
    entry.object = object;
    schedule(ref, entry);
  });
}

void PollingCache::forget(const kube::Kind& kind, const kube::Key& key) {
  entries_.with([&](auto& entries) { entries.erase(ref_of(kind, key)); });
}

void PollingCache::invalidate(const Ref& ref) {
  entries_.with([&](auto& entries) {
    const auto found = entries.find(ref);
    if (found == entries.end()) return;
    auto& entry = found->second;
    const auto again = std::max(clock_.now(), entry.read + soonest);
    entry.due = std::min(entry.due, again);
    entry.old = std::min(entry.old, again);
  });
}

void PollingCache::set_incomplete(const Ref& dependent, const std::set<Ref>& refs) {
  incomplete_.set(dependent, refs);  // first: a read by another thread meanwhile is scheduled by it
  entries_.with([&](auto& entries) {
    for (const auto& ref : refs) {
      const auto found = entries.find(ref);
      if (found == entries.end() || found->second.missing_since) continue;
      auto& entry = found->second;
      entry.missing_since = clock_.now();
      entry.due = entry.old = std::min(entry.due, entry.read + soonest);
    }
  });
}

bool PollingCache::refresh(const std::function<bool(const Ref&)>& wanted,
                           const std::stop_token& stop) {
  constexpr std::size_t most_missing = 20;  // in a tick
  constexpr std::size_t most_others = 100;  // before the missing come again
  if (clock_.now() < paused_until_) return false;
  const bool looks_for_missing = clock_.now() >= look_for_missing_;
  if (looks_for_missing) look_for_missing_ = clock_.now() + tick;
  std::size_t missing = 0;
  std::size_t others = 0;
  for (const auto& each : due(wanted)) {
    if (each.is_missing && (!looks_for_missing || ++missing > most_missing)) continue;
    if (!each.is_missing && ++others > most_others) return true;
    if (stop.stop_requested() || !read_again(each, stop)) return false;
  }
  return false;
}

/// In the order of reading: what is missing first, and of that what is missing for the shortest
/// time, as somebody is waiting for it.
std::vector<PollingCache::Due> PollingCache::due(const std::function<bool(const Ref&)>& wanted) {
  const auto now = clock_.now();
  std::vector<Due> found;
  entries_.with([&](auto& entries) {
    std::erase_if(entries, [&](const auto& item) {
      const auto& [ref, entry] = item;
      if (now < entry.due) return false;
      if (!wanted(ref)) return true;
      found.push_back({.ref = ref,
                       .kind = entry.kind,
                       .interval = entry.due - entry.read,
                       .is_missing = entry.missing_since.has_value()});
      return false;
    });
    std::erase_if(warned_, [&](const auto& entry) { return !entries.contains(entry.second); });
  });
  std::stable_sort(found.begin(), found.end(), [](const Due& a, const Due& b) {
    return std::pair(!a.is_missing, a.interval) < std::pair(!b.is_missing, b.interval);
  });
  return found;
}

/// False when the server wants to be left alone, or is away.
bool PollingCache::read_again(const Due& due, const std::stop_token& stop) {
  constexpr std::chrono::seconds total{5};
  constexpr std::chrono::seconds retry_interval{5};
  try {
    read(*due.kind, due.ref.key, total, stop);
  } catch (const kube::TransportError& error) {
    if (!stop.stop_requested()) pause(retry_interval, error.what());
    return false;
  } catch (const kube::ApiError& error) {
    if (error.throttled() || error.code == 503) {
      pause(std::max(retry_interval, std::chrono::seconds(error.retry_after_seconds)),
            error.what());
      return false;
    }
    const auto what = due.ref.key.ns + " " + std::to_string(error.code);
    if (warned_.emplace(what, due.ref).second) {
      spdlog::warn(
          "cannot read again, nor perhaps others of the namespace kind={} object={} error=\"{}\"",
          due.ref.kind, kube::to_string(due.ref.key), error.what());
    }
    postpone(due.ref);
    return true;
  }
  std::erase_if(warned_, [&](const auto& entry) { return entry.second == due.ref; });
  if (std::exchange(is_away_, false)) spdlog::info("the API server is answering again");
  return true;
}

void PollingCache::postpone(const Ref& ref) {
  entries_.with([&](auto& entries) {
    const auto found = entries.find(ref);
    if (found != entries.end()) found->second.due = clock_.now() + period;
  });
}

void PollingCache::pause(std::chrono::seconds time, const std::string& error) {
  paused_until_ = clock_.now() + time;
  if (std::exchange(is_away_, true)) return;
  spdlog::warn("cannot read Secrets and claims, trying again every few seconds error=\"{}\"",
               error);
}

}  // namespace reconcile
