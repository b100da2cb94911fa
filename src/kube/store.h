#pragma once

#include "kube/guarded.h"
#include "kube/object.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kube {

/// The last known objects of one kind, fed by a watch and by the answers to our own writes. An
/// object never goes back to an older resource version, so whoever wrote sees its own write at
/// once. Objects are kept compressed and without managedFields. Safe to share between threads.
class Store {
 public:
  /// Terms under which an object can be looked up besides its key, such as "ns/owner".
  using Index = std::function<std::vector<std::string>(const Json& object)>;

  explicit Store(Index index = {});

  std::optional<Json> find(const Key& key) const;
  std::vector<Json> indexed(const std::string& term) const;
  std::vector<Key> keys() const;
  std::size_t size() const;
  std::size_t bytes() const;  ///< what the objects take, compressed

  /// What changed by a call. `Stale`: the store knew this version or a newer one already.
  enum class Change { Stale, Stored };

  /// An ADDED or MODIFIED event, or the answer to one of our own writes.
  Change put(Json object);
  /// A DELETED event (`object` is its last state, with the version of the deletion) or our own
  /// deletion. Remembered until a newer list or version arrives, so that a late event does not
  /// bring it back.
  Change erase(const Json& object);
  /// The whole of a list taken at `resource_version`: what is not in it is gone, except what is
  /// newer than the list. Returns the keys that changed or went.
  std::vector<Key> replace(std::vector<Json> objects, const std::string& ns,
                           const std::string& resource_version);

 private:
  struct Entry {
    std::string version;
    std::string packed;
    std::size_t size = 0;
    std::vector<std::string> terms;
  };
  struct Data {
    std::map<Key, Entry> entries;
    std::map<Key, std::string> tombstones;  ///< version of the deletion
    std::multimap<std::string, Key> terms;
  };
  Index index_;
  Guarded<Data> data_;
};

}  // namespace kube
