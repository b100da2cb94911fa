#pragma once

#include "kube/cache/store.h"
#include "kube/cache/watch_event.h"
#include "kube/cache/watch_state.h"
#include "kube/clock.h"
#include "kube/http/client.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
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
/// it. The rules are in WatchState. A WatchRunner says when; for one thread at a time, but for what
/// says otherwise.
class Watch {
 public:
  /// Called for every object that changed or went and that the store did not know already: our own
  /// writes do not come back. `object` is its last known state. Must not throw, and is to return
  /// soon: other watches wait.
  using OnChange = std::function<void(const Key& key, const Json& object)>;

  /// Nothing at all may come of a stream for so long: servers send a bookmark about once a minute,
  /// so that it is dead then, or as good as.
  static constexpr std::chrono::seconds idle_limit{100};
  /// So long an event waits for a write of ours that is under way.
  static constexpr std::chrono::milliseconds write_wait{250};

  Watch(Client& client, Store& store, const Clock& clock, WatchOptions options, OnChange on_change);

  /// What is to be done next, after its delay.
  WatchState::Step next() { return state_.next(); }
  /// Asks for a page of a list and stores it. Blocks.
  void list(const WatchState::Step& step, const std::stop_token& stop);

  /// The request of a stream that is opened now.
  Request open(const WatchState::Step& step);
  /// A line of it. Throws when it is of no use any more.
  void read(std::string_view line);
  /// Whether lines were put aside: an event often overtakes the response to the write that caused
  /// it, and waits for that, so that our own write does not look like somebody else's change and
  /// cause another reconcile.
  bool is_waiting() const { return !waiting_.empty(); }
  /// Reads what was put aside and need not wait any longer. The next read(), or end(), throws what
  /// is wrong with it.
  void read_waiting();
  /// The stream has ended, or cannot be opened. What still waits is not waited for.
  void end(const Streams::End& end);

  /// The first list has been stored and its changes delivered. May be asked by any thread.
  bool has_synced() const { return synced_; }
  /// The server had no such kind when it was asked last. May be asked by any thread.
  bool absent() const { return absent_; }
  /// The server did not let us list it when it was asked last, or had no such namespace. May be
  /// asked by any thread.
  bool refused() const { return refused_; }
  const Kind& kind() const { return options_.kind; }

 private:
  template <class Work>
  void guarded(Work work);
  void list_page(const WatchState::Step& step, const std::stop_token& stop);
  bool has_to_wait(const WatchEvent& event) const;
  void handle(const WatchEvent& event);
  void store(const RawObject& raw);
  void store_deletion(const RawObject& raw);
  void finish_list(const std::string& version);
  void finish_without_kind();
  void finish_stream(const Response& response);
  void fail(WatchFailure failure, int retry_after_seconds, const std::string& message);
  std::string what(const char* verb) const;

  Client& client_;
  Store& store_;
  const Clock& clock_;
  WatchOptions options_;
  OnChange on_change_;
  WatchState state_;
  std::set<Key> listed_;  ///< by the pages so far
  Clock::TimePoint last_line_{};
  std::deque<std::string> waiting_;   ///< lines
  Clock::TimePoint waiting_since_{};  ///< the first of them
  std::exception_ptr broken_;         ///< by what waited
  std::string last_problem_;          ///< logged already; empty when all is well
  std::atomic<bool> synced_ = false, absent_ = false, refused_ = false;
};

}  // namespace kube
