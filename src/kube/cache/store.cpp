#include "kube/cache/store.h"

#include <algorithm>
#include <iterator>

namespace kube {
namespace {

/// A tombstone is needed only until the events that were under way have arrived.
constexpr std::size_t max_tombstones = 256;

/// As many as are reconciled at the same time, and what they have in common.
constexpr std::size_t most_recent = 16;

bool is_in(const Key& key, const std::string& ns) {
  return ns.empty() || key.ns == ns;
}

constexpr const char* last_applied = "kubectl.kubernetes.io/last-applied-configuration";

/// What nobody here reads and would double the size is left out.
json::Shared without_last_applied(const json::Shared& object) {
  if (json::at(*object, {"metadata", "annotations", last_applied}).is_null()) return object;
  auto copy = *object;
  copy["metadata"]["annotations"].erase(last_applied);
  return copy;
}

}  // namespace

json::Shared Store::find(const Key& key) const {
  json::Shared recent;
  std::optional<std::pair<std::string, Compressed>> stored;
  data_.with([&](const Data& data) {
    const auto found = data.entries.find(key);
    if (found == data.entries.end()) return;
    const auto& entry = found->second;
    recent = data.recently_used(key, entry.version);
    if (!recent) stored.emplace(entry.version, entry.object);
  });
  if (!stored) return recent;
  json::Shared object(json::parse(compressor_.decompress(stored->second)));
  data_.with([&](Data& data) { data.add_recent({key, stored->first, object}); });
  return object;
}

std::vector<Json> Store::indexed(const std::string& term) const {
  return decompressed(data_.with([&](const Data& data) {
    std::vector<Compressed> found;
    const auto [begin, end] = data.terms.equal_range(term);
    for (auto entry = begin; entry != end; ++entry) {
      found.push_back(data.entries.at(*entry->second).object);
    }
    return found;
  }));
}

std::vector<Key> Store::indexed_keys(const std::string& term) const {
  return data_.with([&](const Data& data) {
    std::vector<Key> found;
    const auto [begin, end] = data.terms.equal_range(term);
    for (auto entry = begin; entry != end; ++entry)
      found.push_back(*entry->second);
    return found;
  });
}

std::vector<std::pair<Key, std::string>> Store::indexed_summaries(const std::string& term) const {
  return data_.with([&](const Data& data) {
    std::vector<std::pair<Key, std::string>> found;
    const auto [begin, end] = data.terms.equal_range(term);
    for (auto entry = begin; entry != end; ++entry)
      found.emplace_back(*entry->second, *data.entries.at(*entry->second).summary);
    return found;
  });
}

std::vector<Key> Store::keys() const {
  return data_.with([](const Data& data) {
    std::vector<Key> keys;
    for (const auto& [key, entry] : data.entries)
      keys.push_back(key);
    return keys;
  });
}

std::vector<std::pair<Key, std::string>> Store::summaries(const std::optional<Key>& after,
                                                          std::size_t most) const {
  return data_.with([&](const Data& data) {
    std::vector<std::pair<Key, std::string>> page;
    auto entry = after ? data.entries.upper_bound(*after) : data.entries.begin();
    for (; entry != data.entries.end() && page.size() < most; ++entry) {
      const auto& summary = entry->second.summary;
      page.emplace_back(entry->first, summary == nullptr ? std::string() : *summary);
    }
    return page;
  });
}

std::size_t Store::size() const {
  return data_.with([](const Data& data) { return data.entries.size(); });
}

std::size_t Store::bytes() const {
  return data_.with([](const Data& data) {
    std::size_t sum = 0;
    for (const auto& [key, entry] : data.entries)
      sum += entry.object.bytes.size();
    return sum;
  });
}

bool Store::knows(const Key& key, std::string_view version) const {
  return data_.with([&](const Data& data) { return data.knows(key, version); });
}

Store::Change Store::put(const json::Shared& document) {
  const auto& object = *document;
  const auto key = key_of(object);
  auto version = resource_version_of(object);
  if (knows(key, version)) return Change::Stale;
  const auto terms = index_ ? index_(object) : std::vector<std::string>();
  const auto kept = without_last_applied(document);
  auto compressed = compressor_.compress(json::text(*kept));
  auto summary = summary_ ? std::make_unique<const std::string>(summary_(object)) : nullptr;

  std::vector<std::string> before;
  const auto change = data_.with([&](Data& data) {
    if (data.knows(key, version)) return Change::Stale;  // somebody was faster
    const auto [place, is_new] = data.entries.try_emplace(key);
    auto& entry = place->second;
    before = data.remove_terms(entry);
    for (const auto& term : terms)
      entry.terms.push_back(data.terms.emplace(term, &place->first));
    data.add_recent({key, version, kept});
    entry.version = std::move(version);
    entry.object = std::move(compressed);
    entry.summary = std::move(summary);
    return Change::Stored;
  });
  if (change == Change::Stored) tell_of_terms(std::move(before), terms);
  return change;
}

Store::Change Store::erase(const Json& object) {
  const auto key = key_of(object);
  const auto version = resource_version_of(object);
  std::vector<std::string> before;
  const auto change = data_.with([&](Data& data) {
    const auto entry = data.entries.find(key);
    if (entry == data.entries.end()) {
      data.add_tombstone(key, version);
      return Change::Stale;
    }
    if (compare_versions(entry->second.version, version) > 0) return Change::Stale;  // made again
    before = data.remove(entry);
    data.add_tombstone(key, version);
    return Change::Stored;
  });
  tell_of_terms(std::move(before), {});
  return change;
}

Store::Write::Write(Store& store, Key key) : store_(store), key_(std::move(key)) {
  const std::lock_guard lock(store_.writes_mutex_);
  store_.writes_.insert(key_);
}

Store::Write::~Write() {
  const std::lock_guard lock(store_.writes_mutex_);
  store_.writes_.erase(store_.writes_.find(key_));
  store_.write_ended_.notify_all();
}

bool Store::is_being_written(const Key& key) const {
  const std::lock_guard lock(writes_mutex_);
  return writes_.contains(key);
}

void Store::await_writes(const Key& key, std::chrono::milliseconds limit) const {
  std::unique_lock lock(writes_mutex_);
  write_ended_.wait_for(lock, limit, [&] { return !writes_.contains(key); });
}

std::vector<Json> Store::finish_replace(const std::set<Key>& listed, const std::string& ns,
                                        const std::string& version) {
  std::vector<std::string> terms;
  const auto gone = data_.with([&](Data& data) {
    std::vector<Compressed> objects;
    data.listed[ns] = version;
    for (auto next = data.entries.begin(); next != data.entries.end();) {
      const auto entry = next++;
      const auto& key = entry->first;
      if (!is_in(key, ns) || listed.count(key) > 0) continue;
      if (compare_versions(entry->second.version, version) > 0) continue;
      objects.push_back(std::move(entry->second.object));
      for (auto& term : data.remove(entry))
        terms.push_back(std::move(term));
    }
    return objects;
  });
  tell_of_terms(std::move(terms), {});
  return decompressed(gone);
}

void Store::invalidate(const std::string& ns) {
  data_.with([&](Data& data) {
    for (auto& [key, entry] : data.entries) {
      if (is_in(key, ns)) entry.version.clear();
    }
    data.tombstones.clear();
    data.listed.erase(ns);
  });
}

void Store::tell_of_terms(std::vector<std::string> before, std::vector<std::string> after) const {
  if (!on_terms_) return;
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  std::vector<std::string> changed;
  std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                std::back_inserter(changed));
  if (!changed.empty()) on_terms_(changed);
}

std::vector<Json> Store::decompressed(const std::vector<Compressed>& objects) const {
  std::vector<Json> values;
  values.reserve(objects.size());
  for (const auto& object : objects)
    values.push_back(json::parse(compressor_.decompress(object)));
  return values;
}

/// Versions of one resource are ordered: the API promises it (KEP-5504), and as etcd's
/// revisions they always were. An object that was deleted and made again has a higher one.
bool Store::Data::knows(const Key& key, std::string_view version) const {
  const auto entry = entries.find(key);
  if (entry != entries.end()) return compare_versions(entry->second.version, version) >= 0;
  for (const auto& ns : {std::string(), key.ns}) {
    const auto list = listed.find(ns);
    if (list != listed.end() && compare_versions(list->second, version) >= 0) return true;
  }
  return std::any_of(tombstones.begin(), tombstones.end(), [&](const Tombstone& tombstone) {
    return tombstone.key == key && compare_versions(tombstone.version, version) >= 0;
  });
}

json::Shared Store::Data::recently_used(const Key& key, std::string_view version) const {
  const auto found = std::find_if(recent.begin(), recent.end(), [&](const Recent& each) {
    return each.version == version && each.key == key;
  });
  return found == recent.end() ? json::Shared() : found->object;
}

void Store::Data::add_recent(Recent used) {
  std::erase_if(recent, [&](const Recent& each) { return each.key == used.key; });
  recent.push_back(std::move(used));
  if (recent.size() > most_recent) recent.pop_front();
}

void Store::Data::add_tombstone(const Key& key, const std::string& version) {
  tombstones.push_back({key, version});
  if (tombstones.size() > max_tombstones) tombstones.pop_front();
}

std::vector<std::string> Store::Data::remove(std::map<Key, Entry>::iterator entry) {
  auto had = remove_terms(entry->second);
  entries.erase(entry);
  return had;
}

std::vector<std::string> Store::Data::remove_terms(Entry& entry) {
  std::vector<std::string> had;
  for (const auto& term : entry.terms) {
    had.push_back(term->first);
    terms.erase(term);
  }
  entry.terms.clear();
  return had;
}

}  // namespace kube
