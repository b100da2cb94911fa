#pragma once

#include "kube/clock.h"
#include "reconcile/dependents.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace reconcile {

/// An asynchronous read-through cache of what is only for a status and brings no watch event:
/// events, and the last log lines of sync sidecars. A subscriber, one of our objects, gets what is
/// cached and does not wait; threads of this class read what is missing or has expired, and the
/// subscriber is enqueued when a result has changed. So a kubelet that does not answer holds up
/// nobody: it gets three seconds, one request at a time, and is left alone for a minute after a
/// failure. Safe to share between threads.
class BackgroundReader {
 public:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr std::chrono::seconds read_timeout{3};
  static constexpr std::chrono::minutes node_backoff{1};  ///< after a node has failed to answer
  static constexpr std::chrono::seconds first_result_timeout{5};  ///< as Cached::is_pending says
  static constexpr std::size_t most_nodes_at_once = 2;  ///< besides one read of the API server's
  static constexpr std::size_t most_queued = 10'000;

  struct Result {
    std::vector<json::Json> values;
    Milliseconds ttl;
  };
  struct Query {
    std::string name;     ///< among those of one subscriber: "logs of Pod ns/a container b"
    std::string version;  ///< of the object's state: with a new one, what is cached has expired
    std::string node;     ///< whose kubelet has to answer; empty: the API server by itself
    std::function<Result(const std::stop_token&)> read;
  };
  struct Cached {
    std::vector<json::Json> values;
    /// There is no result of this version yet. Said for at most `first_result_timeout`, then the
    /// subscriber has to do without.
    bool is_pending;
    kube::Clock::TimePoint expires;
    /// The node has not answered the last time that it was asked, which was a short while ago.
    bool is_node_silent = false;
  };

  /// `changed` is called with the subscriber whose results have changed.
  BackgroundReader(const kube::Clock& clock, std::function<void(const Ref&)> changed)
      : clock_(clock), changed_(std::move(changed)) {}

  /// What is cached, in the order of the queries, which are all that the subscriber has now: its
  /// other ones are dropped. What is missing or has expired is queued to be read.
  std::vector<Cached> get(const Ref& subscriber, std::vector<Query> queries);
  /// Drops the subscriber, with all its queries.
  void forget(const Ref& subscriber);

  /// Reads until a stop, on threads of its own.
  void run(const std::stop_token& stop);
  /// Serves one query of the queue. False when there is none, or others have to be done first.
  bool read_next(const std::stop_token& stop);

 private:
  struct Entry {
    Query query;
    std::vector<json::Json> values;
    kube::Clock::TimePoint expires;    ///< then it may be read again
    kube::Clock::TimePoint last_used;  ///< by get()
    bool has_result = false;           ///< of this version, be it nothing or a failure
    bool is_queued = false;            ///< or being read
    int times_empty = 0;               ///< in a row
  };
  struct Subscriber {
    std::map<std::string, Entry> entries;  ///< by the query's name
    /// For first results, one after the other: whoever always has new queries gets a status too.
    std::optional<kube::Clock::TimePoint> pending_since;
  };
  struct Job {
    Ref subscriber;
    Query query;
  };
  struct ReadFailure {
    std::string message;
    bool is_of_node;  ///< others would fare alike
    bool is_news;
  };

  void work(const std::stop_token& stop);
  void serve(const Job& job, const std::stop_token& stop);
  bool store(const Job& job, Result result);
  void fail(const Job& job, const ReadFailure& failure);
  static void log_failure(const Query& query, const ReadFailure& failure);

  // All of these want the lock to be held.
  Entry& refresh(const Ref& ref, Query query, Subscriber& subscriber);
  bool may_wait(const Subscriber& subscriber) const;
  std::optional<Job> next_job();
  bool may_ask(const std::string& node) const;
  bool is_silent(const std::string& node) const;
  bool awaits_more(const Ref& subscriber) const;
  Entry* find(const Ref& subscriber, const std::string& query);
  void give_up(const Ref& subscriber, const std::string& query, kube::Clock::TimePoint until,
               std::set<Ref>& waiting);
  void end(const Job& job);

  const kube::Clock& clock_;
  std::function<void(const Ref&)> changed_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::uint64_t changes_ = 0;  ///< grows whenever a thread that waits has to look again
  std::map<Ref, Subscriber> subscribers_;
  std::deque<std::pair<Ref, std::string>> queue_;          ///< subscribers and names of queries
  std::set<std::string> busy_;                             ///< nodes that are being asked
  std::map<std::string, kube::Clock::TimePoint> backoff_;  ///< nodes that failed, until when
};

}  // namespace reconcile
