#pragma once

#include "kube/client.h"
#include "kube/clock.h"
#include "kube/guarded.h"

#include <map>
#include <string>

namespace kube {

enum class EventType { Normal, Warning };

/// Tells users about an object (core/v1 Event). The same reason and message of one object is
/// counted on one Event instead of repeated. Never throws: an event that cannot be written is
/// logged and lost. Safe to share between threads.
class EventRecorder {
 public:
  EventRecorder(Client& client, const Clock& clock, std::string component);

  /// `object` is the involved object (kind, apiVersion and metadata are used).
  void record(const Json& object, EventType type, const std::string& reason,
              const std::string& message);

 private:
  struct Seen {
    std::string name;
    int count = 0;
    std::string first;
    Clock::TimePoint last;
  };
  Client& client_;
  const Clock& clock_;
  std::string component_;
  Guarded<std::map<std::string, Seen>> seen_;
};

}  // namespace kube
