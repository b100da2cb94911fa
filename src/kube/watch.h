#pragma once

#include "kube/client.h"
#include "kube/clock.h"
#include "kube/store.h"

#include <functional>
#include <string>

namespace kube {

/// One kind in one namespace (empty: all), kept in a Store.
struct WatchOptions {
  Kind kind;
  std::string ns;
  Selector selector;
};

/// Lists, then watches, for ever: pages of 500, bookmarks, a random server timeout of 5 to 10
/// minutes, a new watch from the last version after a quiet or broken stream, a new list after 410
/// in either form, backoff 0.8 s to 30 s. No failure ends it. See watch.cpp for the pure state
/// machine.
class Watch {
 public:
  /// Called on the watch's thread for every object that changed or went.
  using OnChange = std::function<void(const Key& key, const Json& object)>;

  Watch(Client& client, Store& store, const Clock& clock, WatchOptions options, OnChange on_change);

  /// Runs until a stop is asked for.
  void run(const std::stop_token& stop);
  /// The first list has been stored and its changes delivered.
  bool synced() const;

 private:
  struct State;
  Client& client_;
  Store& store_;
  const Clock& clock_;
  WatchOptions options_;
  OnChange on_change_;
  std::shared_ptr<State> state_;
};

}  // namespace kube
