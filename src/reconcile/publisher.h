#pragma once

#include "base/rfc3339.h"
#include "kube/clock.h"
#include "kube/control/events.h"
#include "kube/http/client.h"
#include "reconcile/stores.h"
#include "reconcile/triggers.h"

#include <stop_token>

namespace reconcile {

/// The status writer: patches the status subresource of one of our objects when it differs from the
/// live one, enqueues those who refer to the object, and records an Event when what the user should
/// know has changed. Enqueues the object itself if it was edited meanwhile. Safe to share between
/// threads.
class Publisher {
 public:
  /// All of it has to outlive this.
  struct Parts {
    kube::Client& client;
    const kube::Clock& clock;
    kube::EventRecorder& events;
    Stores& stores;
    const Triggers& triggers;
  };
  explicit Publisher(const Parts& parts) : parts_(parts) {}

  void publish(const kube::Kind& kind, const json::Json& object, const json::Json& status,
               const std::stop_token& stop);

  /// RFC 3339, for the conditions of the status under construction.
  std::string now() const { return ago(std::chrono::seconds(0)); }
  std::string ago(std::chrono::seconds time) const {
    return base::rfc3339(parts_.clock.wall() - time);
  }

 private:
  Parts parts_;
};

}  // namespace reconcile
