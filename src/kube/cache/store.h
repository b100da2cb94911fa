#pragma once

#include "kube/cache/compressor.h"
#include "kube/guarded.h"
#include "kube/object.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kube {

/// The informer's cache: the last known objects of one kind (client-go's Indexer), fed by a
/// reflector and by the responses to our own writes. An object never goes back to an older resource
/// version, so whoever wrote reads its own write at once. Objects are kept compressed and without
/// what kubectl last applied; the few that were used last also as they are. Safe to share between
/// threads.
class Store {
 public:
  /// Terms under which an object can be looked up besides its key, such as "ns/owner" (client-go's
  /// IndexFunc).
  using Index = std::function<std::vector<std::string>(const Json& object)>;

  /// Told the terms that an object has gained or lost: what looks up by them finds other objects
  /// now. Called on the thread of the change, after it; must not throw.
  using OnTerms = std::function<void(const std::vector<std::string>& terms)>;

  /// What of an object is read of all objects at once, as a short text: it is kept as it is.
  using Summary = std::function<std::string(const Json& object)>;

  explicit Store(Index index = {}, OnTerms on_terms = {}, Summary summary = {})
      : index_(std::move(index)), on_terms_(std::move(on_terms)), summary_(std::move(summary)) {}

  json::Shared find(const Key& key) const;
  std::vector<Json> indexed(const std::string& term) const;
  std::vector<Key> indexed_keys(const std::string& term) const;
  std::vector<std::pair<Key, std::string>> indexed_summaries(const std::string& term) const;
  std::vector<Key> keys() const;
  /// Of the first `most` objects behind `after` in the order of keys, or of the first of all: a
  /// page of a listing that keeps neither the lock nor much memory.
  std::vector<std::pair<Key, std::string>> summaries(const std::optional<Key>& after,
                                                     std::size_t most) const;
  std::size_t size() const;
  std::size_t bytes() const;  ///< what the objects take, compressed

  /// What changed by a call. `Stale`: the store knew this version or a newer one already.
  enum class Change { Stale, Stored };

  /// Whether put() of this version would be Stale: saves parsing it.
  bool knows(const Key& key, std::string_view version) const;
  /// An ADDED or MODIFIED event, an object of a list, or the answer to one of our own writes.
  Change put(const json::Shared& document);
  /// A DELETED event (`object` is its last state, with the version of the deletion) or our own
  /// deletion. Leaves a tombstone for a while, so that a late event or response does not bring the
  /// object back.
  Change erase(const Json& object);

  /// A write of ours that is under way. Its event often comes before its response, and would look
  /// like somebody else's change, which is to be waited with while one lives.
  class Write {
   public:
    Write(Store& store, Key key);
    ~Write();
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;

   private:
    Store& store_;
    Key key_;
  };
  bool is_being_written(const Key& key) const;
  /// Waits until no write of the key is under way, for at most `limit`.
  void await_writes(const Key& key, std::chrono::milliseconds limit) const;

  /// Ends a replacement (client-go's Replace) whose objects, of a list taken at `version`, were all
  /// put: drops what is not `listed` in namespace `ns` (empty: in any), except what is newer than
  /// the list. Returns the last known state of what went.
  std::vector<Json> finish_replace(const std::set<Key>& listed, const std::string& ns,
                                   const std::string& version);
  /// The server has lost its latest versions (etcd was restored from a backup): from now on any
  /// version of the objects in `ns` counts as newer than what is known.
  void invalidate(const std::string& ns);

 private:
  using Terms = std::multimap<std::string, const Key*>;  ///< keys of Data::entries
  struct Entry {
    std::string version;
    Compressed object;
    std::unique_ptr<const std::string> summary;  ///< null: the store makes none
    std::vector<Terms::iterator> terms;
  };
  struct Tombstone {
    Key key;
    std::string version;  ///< of the deletion, or the last one known before it
  };
  struct Recent {
    Key key;
    std::string version;
    json::Shared object;
  };
  struct Data {
    std::map<Key, Entry> entries;
    std::deque<Tombstone> tombstones;  ///< the latest few, oldest first
    Terms terms;
    std::deque<Recent> recent;  ///< oldest first
    /// By namespace ("": all), the version of the last list: of what it lacked, a version that is
    /// not newer is one of before its deletion.
    std::map<std::string, std::string> listed;

    bool knows(const Key& key, std::string_view version) const;
    json::Shared recently_used(const Key& key, std::string_view version) const;
    void add_recent(Recent used);
    void add_tombstone(const Key& key, const std::string& version);
    /// Gives the terms that it had.
    std::vector<std::string> remove(std::map<Key, Entry>::iterator entry);
    std::vector<std::string> remove_terms(Entry& entry);
  };
  void tell_of_terms(std::vector<std::string> before, std::vector<std::string> after) const;
  std::vector<Json> decompressed(const std::vector<Compressed>& objects) const;

  Index index_;
  OnTerms on_terms_;
  Summary summary_;
  Compressor compressor_;
  mutable Guarded<Data> data_;
  mutable std::mutex writes_mutex_;
  mutable std::condition_variable write_ended_;
  std::multiset<Key> writes_;
};

}  // namespace kube
