#pragma once

#include "kube/object.h"
#include "reconcile/context.h"

#include <stop_token>

namespace reconcile {

/// Writes the status of one of our objects when it differs from the live one, enqueues those who
/// refer to the object, and records an event when what the user should know has changed. Enqueues
/// the object itself if it was edited meanwhile.
class Publisher {
 public:
  explicit Publisher(Context& context) : context_(context) {}

  void publish(const kube::Kind& kind, const json::Json& object, const json::Json& status,
               const std::stop_token& stop);

  /// RFC 3339, for the conditions of the status under construction.
  std::string now() const { return ago(std::chrono::seconds(0)); }
  std::string ago(std::chrono::seconds time) const {
    return kube::rfc3339(context_.clock.wall() - time);
  }

 private:
  Context& context_;
};

}  // namespace reconcile
