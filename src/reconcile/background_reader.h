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

/// An asynchronous cache of what is only for a status and brings no watch event: events, and the
/// last log lines of sync sidecars. A reconcile asks and goes on with what is known; threads of
/// this class read, and whoever asked is enqueued when an answer has changed. So a kubelet that
/// does not answer holds up nobody: it gets three seconds, one request at a time, and is left alone
/// for a minute after a failure. Safe to share between threads.
class BackgroundReader {
 public:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr std::chrono::seconds deadline{3};     ///< of one read
  static constexpr std::chrono::minutes rest{1};         ///< of a node that has failed to answer
  static constexpr std::chrono::seconds patience{5};     ///< how long a first answer is awaited
  static constexpr std::size_t most_nodes_at_once = 2;   ///< besides one read of the API server's
  static constexpr std::size_t most_questions = 10'000;  ///< that wait

  struct Answer {
    std::vector<json::Json> found;
    Milliseconds good_for;
  };
  struct Question {
    std::string what;     ///< names it among those of one asker: "logs of Pod ns/a container b"
    std::string edition;  ///< of the object's state: with a new one the answer before is stale
    std::string node;     ///< whose kubelet has to answer; empty: the API server by itself
    std::function<Answer(const std::stop_token&)> read;
  };
  struct Known {
    std::vector<json::Json> found;
    bool is_awaited;  ///< for the first time, and not for longer than `patience`
    kube::Clock::TimePoint until;
  };

  /// `changed` is called with whose answers have changed.
  BackgroundReader(const kube::Clock& clock, std::function<void(const Ref&)> changed)
      : clock_(clock), changed_(std::move(changed)) {}

  /// What is known, in the order of the questions, which are all that `who` wants to know now: what
  /// else it has asked is forgotten. What is not known, or not any more, will be read.
  std::vector<Known> ask(const Ref& who, std::vector<Question> questions);
  void forget(const Ref& who);

  /// Reads until a stop, on threads of its own.
  void run(const std::stop_token& stop);
  /// Reads one answer that is due. False when there is none, or others have to be awaited first.
  bool read_next(const std::stop_token& stop);

 private:
  struct Reading {
    Question question;
    std::vector<json::Json> found;
    kube::Clock::TimePoint until;  ///< then it may be read again
    kube::Clock::TimePoint asked;  ///< last
    bool is_answered = false;      ///< this edition, be it with nothing
    bool is_queued = false;
    int times_empty = 0;  ///< in a row
  };
  struct Asker {
    std::map<std::string, Reading> readings;
    /// For first answers, one after the other: whoever always has new questions gets a status too.
    std::optional<kube::Clock::TimePoint> waits_since;
  };
  struct Job {
    Ref who;
    Question question;
  };
  struct Failure {
    std::string message;
    bool is_of_node;  ///< others would fare alike
    bool is_news;
  };

  void work(const std::stop_token& stop);
  void serve(const Job& job, const std::stop_token& stop);
  bool accept(const Job& job, Answer answer);
  void fail(const Job& job, const Failure& failure);
  static void log_failure(const Question& question, const Failure& failure);

  // All of these want the lock to be held.
  Reading& note(const Ref& who, Question question, Asker& asker);
  bool is_patient(const Asker& asker) const;
  std::optional<Job> next_job();
  bool may_ask(const std::string& node) const;
  bool awaits_more(const Ref& who) const;
  Reading* find(const Ref& who, const std::string& what);
  void give_up(const Ref& who, const std::string& what, kube::Clock::TimePoint until,
               std::set<Ref>& waiting);
  void end(const Job& job);

  const kube::Clock& clock_;
  std::function<void(const Ref&)> changed_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::uint64_t changes_ = 0;  ///< grows whenever a thread that waits has to look again
  std::map<Ref, Asker> askers_;
  std::deque<std::pair<Ref, std::string>> queue_;
  std::set<std::string> busy_;                             ///< nodes that are being asked
  std::map<std::string, kube::Clock::TimePoint> resting_;  ///< nodes that failed, until when
};

}  // namespace reconcile
