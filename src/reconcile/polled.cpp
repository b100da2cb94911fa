#include "reconcile/polled.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

namespace reconcile {
namespace {

Ref ref_of(const kube::Kind& kind, const kube::Key& key) {
  return {std::string(kind.kind), key};
}

std::string version_of(const std::optional<json::Json>& object) {
  return object ? kube::uid_of(*object) + kube::resource_version_of(*object) : std::string();
}

}  // namespace

std::optional<json::Json> Polled::find(const kube::Kind& kind, const kube::Key& key,
                                       const std::stop_token& stop) {
  const auto ref = ref_of(kind, key);
  const auto known = entries_.with([&](const auto& entries) -> std::optional<Entry> {
    const auto found = entries.find(ref);
    if (found == entries.end() || clock_.now() - found->second.read >= period) return std::nullopt;
    return found->second;
  });
  return known ? known->object : read(kind, key, stop);
}

std::optional<json::Json> Polled::read(const kube::Kind& kind, const kube::Key& key,
                                       const std::stop_token& stop) {
  auto object = client_.get(kind, key, stop);
  const auto ref = ref_of(kind, key);
  const bool is_news = entries_.with([&](auto& entries) {
    auto& entry = entries[ref];
    const bool was_read = entry.kind != nullptr;
    const auto before =
        std::exchange(entry, {.kind = &kind, .object = object, .read = clock_.now()});
    return was_read && version_of(before.object) != version_of(object);
  });
  if (is_news) changed_(ref);
  return object;
}

void Polled::put(const kube::Kind& kind, const json::Json& object) {
  entries_.with([&](auto& entries) {
    entries[ref_of(kind, kube::key_of(object))] = {
        .kind = &kind, .object = object, .read = clock_.now()};
  });
}

void Polled::forget(const kube::Kind& kind, const kube::Key& key) {
  entries_.with([&](auto& entries) { entries.erase(ref_of(kind, key)); });
}

void Polled::doubt(const Ref& ref) {
  entries_.with([&](auto& entries) {
    const auto found = entries.find(ref);
    if (found == entries.end() || clock_.now() - found->second.read < std::chrono::seconds(1))
      return;
    found->second.read = clock_.now() - period;
  });
}

void Polled::refresh(const std::function<bool(const Ref&)>& wanted, const std::stop_token& stop) {
  const auto due = entries_.with([&](auto& entries) {
    std::erase_if(entries, [&](const auto& item) {
      return clock_.now() - item.second.read >= period && !wanted(item.first);
    });
    std::vector<std::pair<Ref, const kube::Kind*>> old;
    for (const auto& [ref, entry] : entries) {
      if (clock_.now() - entry.read >= period) old.emplace_back(ref, entry.kind);
    }
    return old;
  });
  for (const auto& [ref, kind] : due) {
    if (stop.stop_requested()) return;
    try {
      read(*kind, ref.key, stop);
    } catch (const std::exception& error) {
      spdlog::warn("cannot read again kind={} object={} error=\"{}\"", ref.kind,
                   kube::to_string(ref.key), error.what());
    }
  }
}

}  // namespace reconcile
