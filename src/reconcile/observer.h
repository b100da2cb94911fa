#pragma once

#include "gradient/status/live_reads.h"
#include "gradient/status/observed.h"
#include "kube/clock.h"
#include "kube/http/client.h"
#include "reconcile/background_reader.h"
#include "reconcile/scale_conflicts.h"
#include "reconcile/stores.h"

#include <chrono>
#include <optional>
#include <string>

namespace reconcile {

/// The observed state of a GradientDeployment, from which its status is computed. Children and pods
/// come from the informers' caches; events and the last log lines of sync sidecars are as the
/// BackgroundReader has cached them, and it is asked only while they can tell more. Safe to share
/// between threads.
class Observer {
 public:
  static constexpr std::chrono::seconds period{30};  ///< after which a result has expired

  /// All of it has to outlive this.
  Observer(kube::Client& client, const kube::Clock& clock, Stores& stores, BackgroundReader& reader,
           ScaleConflicts& scale_conflicts)
      : client_(client),
        clock_(clock),
        stores_(stores),
        reader_(reader),
        scale_conflicts_(scale_conflicts) {}

  struct Observation {
    gradient::Observed observed;
    /// Something is being read for the first time, and brings the deployment back: a status of now
    /// might take back what was told before.
    bool is_pending = false;
    /// When the first of the results expires.
    std::optional<kube::Clock::TimePoint> expires{};
    /// When somebody who sets the replicas will have left off, if there is no more of it.
    std::optional<kube::Clock::TimePoint> scaling_ends{};
  };
  Observation observe(const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
                      const json::Json& previous_status);
  /// The deployment has gone.
  void forget(const kube::Key& deployment);

  /// When to reconcile again although nothing has changed: events, logs, the time that an
  /// autoscaler has for its first metrics, and what does not happen any more bring no watch event.
  /// Empty when nothing is awaited.
  std::optional<std::chrono::milliseconds> requeue_after(const gradient::DeploymentSpec& spec,
                                                         const Observation& observation,
                                                         const json::Json& status) const;

 private:
  std::optional<std::chrono::milliseconds> until_expired(const gradient::DeploymentSpec& spec,
                                                         const Observation& observation,
                                                         const json::Json& status) const;
  json::Shared autoscaler(const gradient::Parent& parent) const;
  bool has_ingress(const gradient::Parent& parent) const;
  BackgroundReader::Query last_line(const std::string& ns,
                                    const gradient::SyncSidecar& sidecar) const;

  kube::Client& client_;
  const kube::Clock& clock_;
  Stores& stores_;
  BackgroundReader& reader_;
  ScaleConflicts& scale_conflicts_;
};

/// The events of one object of the namespace, without what nobody here reads.
BackgroundReader::Query events_of(kube::Client& client, const json::Json& object,
                                  const std::string& what);

}  // namespace reconcile
