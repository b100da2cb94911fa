#pragma once

#include "kube/cache/watch.h"
#include "kube/clock.h"
#include "kube/http/transport.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string_view>
#include <vector>

namespace kube {

/// Runs watches, any number on four threads: two list, one opens streams, and one reads them all.
///
///     wait --delay is over--> list a page --> wait
///                        \--> open a stream --> read its lines --it ends--> wait
///
/// At most two pages of lists are in memory at a time. A list that is not answered does not keep
/// all others waiting, and no stream.
class WatchRunner {
 public:
  /// Both have to outlive this.
  WatchRunner(Transport& transport, const Clock& clock) : transport_(transport), clock_(clock) {}

  /// `watch` has to outlive this. Before run().
  void add(Watch& watch) { watches_.push_back(&watch); }
  /// Until a stop.
  void run(const std::stop_token& stop);

 private:
  struct Task {
    Watch* watch;
    WatchState::Step step;
  };

  void schedule(Watch& watch);
  using Tasks = std::multimap<Clock::TimePoint, Task>;  ///< by when they are due
  void list_all(const std::stop_token& stop);
  void open_all(Streams& streams, const std::stop_token& stop);
  bool take_due(Tasks& tasks, Task& task, const std::stop_token& stop);
  void open(Streams& streams, const Task& task);
  void read(Watch& watch, std::string_view line);
  std::chrono::milliseconds read_waiting();

  Transport& transport_;
  const Clock& clock_;
  std::vector<Watch*> watches_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Tasks lists_, opens_;
  std::uint64_t scheduled_ = 0;  ///< how many there were so far
  std::set<Watch*> waiting_;     ///< is_waiting(). Of the thread that reads.
};

}  // namespace kube
