#pragma once

#include "kube/clock.h"
#include "kube/http/client.h"

#include <chrono>
#include <functional>
#include <string>

namespace kube {

/// The durations are controller-runtime's defaults.
struct LeaseOptions {
  Key key;               ///< namespace and name of the Lease
  std::string identity;  ///< unique per process
  std::chrono::milliseconds duration = std::chrono::seconds(15);
  std::chrono::milliseconds renew_deadline = std::chrono::seconds(10);
  std::chrono::milliseconds retry_period = std::chrono::seconds(2);
  /// Who is not ready does not contend. Who leads already goes on in any case.
  std::function<bool()> is_ready = [] { return true; };
};

/// Leader election (client-go's leaderelection, ReleaseOnCancel): waits until we are ready and the
/// Lease is ours, calls `lead` on another thread and renews. When it could not be renewed within
/// the deadline, or is somebody else's, `lost` is called from a watchdog thread that waits for
/// nothing: it is expected to end the process at once. Expiry is judged by our own monotonic clock
/// since the record was last seen to change, never by the times in it, as clocks of nodes differ.
/// After a stop and the end of `lead` the Lease is released. Rethrows what `lead` throws.
void lead_with_lease(Client& client, const Clock& clock, const LeaseOptions& options,
                     const std::function<void(const std::stop_token&)>& lead,
                     const std::function<void()>& lost, const std::stop_token& stop);

}  // namespace kube
