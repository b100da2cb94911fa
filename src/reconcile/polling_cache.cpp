#include "reconcile/polling_cache.h"

#include "reconcile/secret_values.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace reconcile {
namespace {

Ref ref_of(const kube::Kind& kind, const kube::Key& key) {
  return {std::string(kind.kind), key};
}

/// Between two looks for what is missing.
constexpr std::chrono::seconds soonest{1};
constexpr std::chrono::seconds latest{30};

/// In a tick: twenty in a second.
constexpr std::size_t most_in_tick = 10;

json::Shared kept(const kube::Kind& kind, std::optional<json::Json> object) {
  if (!object || kind != kube::secrets) return object;
  return without_values(*object);
}

/// So much earlier than a period from now the second read of a new object is due: many that are new
/// are not to be due at the same time.
std::chrono::milliseconds spread(std::size_t added) {
  constexpr std::size_t in_period = 1000;
  return std::chrono::milliseconds(PollingCache::period) *
         static_cast<std::int64_t>(added % in_period) / static_cast<std::int64_t>(in_period);
}

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
  return known ? known->object : keep(kind, key, client_.get(kind, key, stop));
}

std::optional<json::Json> PollingCache::read(const kube::Kind& kind, const kube::Key& key,
                                             const std::stop_token& stop,
                                             std::chrono::milliseconds total) {
  auto object = client_.get(kind, key, stop, total);
  keep(kind, key, object);
  return object;
}

json::Shared PollingCache::keep(const kube::Kind& kind, const kube::Key& key,
                                std::optional<json::Json> object) {
  const auto ref = ref_of(kind, key);
  auto now = kept(kind, std::move(object));
  const bool is_news = entries_.with([&](auto& entries) {
    auto& entry = entries[ref];
    const bool was_read = entry.kind != nullptr;
    const auto before = version_of(entry.object);
    keep(ref, kind, entry, now);
    return was_read && before != version_of(now);
  });
  if (is_news) changed_(ref);
  return now;
}

/// Schedules the next read of what was read just now. What is missing is read after a thirtieth of
/// the time that it has been missing: who creates it at last waits little more.
void PollingCache::keep(const Ref& ref, const kube::Kind& kind, Entry& entry, json::Shared object) {
  const auto now = clock_.now();
  const bool is_new = entry.kind == nullptr;
  entry.kind = &kind;
  entry.object = std::move(object);
  entry.read = now;
  if (entry.object && !incomplete_.any(ref)) {
    entry.missing_since.reset();
    entry.old = now + period;
    entry.due = is_new ? entry.old - spread(added_++) : entry.old;
    return;
  }
  if (!entry.missing_since) entry.missing_since = now;
  const auto age = now - *entry.missing_since;
  entry.due = entry.old =
      now + std::clamp<kube::Clock::TimePoint::duration>(age / 30, soonest, latest);
}

void PollingCache::put(const kube::Kind& kind, const json::Shared& object) {
  const auto ref = ref_of(kind, kube::key_of(*object));
  entries_.with([&](auto& entries) { keep(ref, kind, entries[ref], kept(kind, *object)); });
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

void PollingCache::refresh(const std::function<bool(const Ref&)>& wanted,
                           const std::stop_token& stop) {
  if (clock_.now() < paused_until_) return;
  std::size_t missing = 0;
  std::size_t all = 0;
  const auto found = due(wanted);
  const auto others =
      std::count_if(found.begin(), found.end(), [](const Due& each) { return !each.is_missing; });
  const auto most_missing = others == 0 ? most_in_tick : most_in_tick / 2;
  for (const auto& each : found) {
    if (each.is_missing && ++missing > most_missing) continue;
    if (++all > most_in_tick || stop.stop_requested() || !read_again(each, stop)) return;
  }
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
    read(*due.kind, due.ref.key, stop, total);
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
