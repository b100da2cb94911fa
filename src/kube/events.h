#pragma once

#include "kube/client.h"
#include "kube/clock.h"
#include "kube/guarded.h"

#include <map>
#include <optional>
#include <string>

namespace kube {

enum class EventType { Normal, Warning };

/// Tells users about an object (core/v1 Event). The same reason and message of one object is
/// counted on one Event instead of repeated; one object gets at most 25 in a row and one more every
/// five minutes. Never throws: an event that cannot be written is logged and lost. Safe to share
/// between threads.
class EventRecorder {
 public:
  EventRecorder(Client& client, const Clock& clock, std::string component);

  /// `object` is the involved object (kind, apiVersion and metadata are used).
  void record(const Json& object, EventType type, const std::string& reason,
              const std::string& message) noexcept;

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
    std::map<std::string, Seen> seen;  ///< by what is told about whom
    std::map<std::string, Bucket>
        buckets;  ///< by UID and type: what is well takes nothing from warnings
  };
  std::optional<Seen> count(const std::string& purse, const std::string& name,
                            const std::string& what);
  void forget_old(Data& data) const;
  void write(const Json& event, const Seen& seen);

  Client& client_;
  const Clock& clock_;
  std::string component_;
  Guarded<Data> data_;
};

}  // namespace kube
