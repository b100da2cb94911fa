#pragma once

#include "kube/clock.h"
#include "kube/guarded.h"
#include "kube/object.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace reconcile {

/// Deployments whose number of replicas somebody sets again and again while the operator sets it
/// back: an autoscaler that aims at the child. Known from those writes alone, so that it costs
/// nothing where there are none. Safe to share between threads.
class ScaleConflicts {
 public:
  /// An autoscaler looks every 15 to 30 seconds: who has not written for so long does not any more.
  static constexpr std::chrono::minutes quiet{5};

  explicit ScaleConflicts(const kube::Clock& clock) : clock_(clock) {}

  /// The field manager `manager` has set them, and they are set back.
  void add(const kube::Key& deployment, const std::string& manager);

  struct Conflict {
    std::string manager;  ///< empty: not known, as the operator has started since
    kube::Clock::TimePoint ends;
  };
  /// Since the second write of one manager within `quiet`; a single one, by kubectl scale, is none.
  /// `was_told` says whether a status has the conflict: where nothing is known of it yet, it is
  /// given as long as if it had been seen now.
  std::optional<Conflict> of(const kube::Key& deployment, bool was_told);

  void forget(const kube::Key& deployment);

 private:
  struct Writes {
    int count = 0;
    kube::Clock::TimePoint last;
  };
  struct Known {
    std::map<std::string, Writes> by_manager = {};
    bool is_status_known = false;  ///< what it told before this operator started is in it
  };

  const kube::Clock& clock_;
  kube::Guarded<std::map<kube::Key, Known>> all_;  ///< of() and forget() bound it
};

}  // namespace reconcile
