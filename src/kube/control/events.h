#pragma once

#include "kube/clock.h"
#include "kube/guarded.h"
#include "kube/http/client.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace kube {

enum class EventType { Normal, Warning };

/// The event recorder: core/v1 Events about an object, for its users. With client-go's correlation:
/// the same reason and message of one object is counted on one Event instead of repeated, and one
/// object gets at most 25 in a row and one more every five minutes (a token bucket each for Normal
/// and Warning). Never throws: an event that cannot be written within three seconds is logged and
/// lost, so are those that find the queue full. Safe to share between threads.
class EventRecorder {
 public:
  static constexpr std::chrono::seconds deadline{3};
  static constexpr std::size_t most_waiting = 4096;

  EventRecorder(Client& client, const Clock& clock, std::string component);

  /// Has the event written soon, and waits for nothing. `object` is the involved object (kind,
  /// apiVersion and metadata are used).
  void record(const Json& object, EventType type, const std::string& reason,
              const std::string& message) noexcept;

  /// Writes what is recorded until a stop, and then for at most three seconds what is left.
  void run(const std::stop_token& stop) noexcept;
  /// Writes what has been recorded so far.
  void write_recorded() noexcept;

 private:
  struct Seen {
    std::string name;
    int count = 0;
    std::string first;  ///< RFC 3339
    Clock::TimePoint last;
  };
  struct Bucket {
    double tokens = 0;
    Clock::TimePoint last;
  };
  struct Data {
    std::map<std::string, Seen> seen;  ///< by UID, type, reason and message
    std::map<std::string, Bucket>
        buckets;  ///< by UID and type: Normal ones do not use up what warnings need
  };
  std::optional<Seen> count(const std::string& bucket_key, const std::string& name,
                            const std::string& what);
  void forget_old(Data& data) const;
  struct Recorded {
    Json event;
    int count;
  };
  struct Waiting {
    std::deque<Recorded> events;
    bool is_full = false;  ///< and that was logged
  };
  Json event(const Json& object, EventType type, const std::string& reason,
             const std::string& message, const Seen& seen) const;
  void enqueue(Recorded recorded);
  std::optional<Recorded> pop();
  void try_to_write(const Recorded& recorded, std::chrono::milliseconds total) noexcept;
  void write(const Recorded& recorded, std::chrono::milliseconds total);

  Client& client_;
  const Clock& clock_;
  std::string component_;
  Guarded<Data> data_;
  std::mutex mutex_;
  std::condition_variable_any recorded_;
  Waiting waiting_;
};

}  // namespace kube
