#pragma once

#include "kube/cache/store.h"
#include "kube/cache/watch_event.h"
#include "kube/cache/watch_state.h"
#include "kube/clock.h"
#include "kube/http/client.h"

#include <atomic>
#include <functional>
#include <set>
#include <string>

namespace kube {

/// One kind in one namespace (empty: all), kept in a Store.
struct WatchOptions {
  Kind kind;
  std::string ns;
  Selector selector;
  /// Its definition need not be installed: then there is none of it, and that is no failure.
  bool may_be_absent = false;
};

/// The reflector: lists a kind into its store, then watches it, for ever. Pages of 500, bookmarks,
/// a random server timeout of 5 to 10 minutes, a new watch from the last version after a quiet or
/// broken stream, a new list after 410 Gone in either form, backoff 0.8 s to 30 s. No failure ends
/// it. The rules are in WatchState.
class Watch {
 public:
  /// Called on the watch's thread for every object that changed or went and that the store did not
  /// know already: our own writes do not come back. `object` is its last known state. Must not
  /// throw, and is to return soon.
  using OnChange = std::function<void(const Key& key, const Json& object)>;

  Watch(Client& client, Store& store, const Clock& clock, WatchOptions options, OnChange on_change);

  /// Runs until a stop is asked for.
  void run(const std::stop_token& stop);
  /// The first list has been stored and its changes delivered. May be asked by any thread.
  bool has_synced() const { return synced_; }
  /// The server had no such kind when it was asked last. May be asked by any thread.
  bool absent() const { return absent_; }
  /// The server did not let us list it when it was asked last, or had no such namespace. May be
  /// asked by any thread.
  bool refused() const { return refused_; }
  const Kind& kind() const { return options_.kind; }

 private:
  void follow(const WatchState::Step& step, const std::stop_token& stop);
  void list(const WatchState::Step& step, const std::stop_token& stop);
  void watch(const WatchState::Step& step, const std::stop_token& stop);
  void handle_line(std::string_view line);
  void store(const RawObject& raw);
  void store_deletion(const RawObject& raw);
  void finish_list(const std::string& version);
  void finish_without_kind();
  void fail(WatchFailure failure, int retry_after_seconds, const std::string& message);
  std::string what(const char* verb) const;

  Client& client_;
  Store& store_;
  const Clock& clock_;
  WatchOptions options_;
  OnChange on_change_;
  WatchState state_;
  std::set<Key> listed_;  ///< by the pages so far
  std::size_t listed_bytes_ = 0;
  std::string last_problem_;  ///< logged already; empty when all is well
  std::atomic<bool> synced_ = false, absent_ = false, refused_ = false;
};

}  // namespace kube
