#pragma once

#include "gradient/spec/content_use.h"
#include "kube/clock.h"

#include <chrono>
#include <optional>

namespace reconcile {

/// The garbage collector's rules, for one Dataset: when unused content of its volume is removed.
/// Pure: Collector makes the requests and passes on what they found. Not for several threads.
///
///     content is unused for `after` -> due; nothing is unused -> the timer is reset
///     nothing is unused, and content is known that no Job has measured, for `after` -> due
///
///     found when due                       step            due again
///     no Job                               LookAtUsers
///       all is in use after all              Rest            in an hour
///       the same, to be measured             Create          at once, for its end
///       a pod is not scheduled yet (*)       Rest            in ten minutes
///       some is unused                       Create          at once, for its end
///     a Job that is somebody else's        ReportConflict  in ten minutes
///     our Job, which runs                  Rest            at once
///     our Job, which has ended             Finish          at once
///     the same, and the status has it      Rest            in an hour
///       it only measured, and some is unused Rest            in two minutes
///     the API server refuses               (refused)       in an hour
///
/// At once: at the Dataset's next reconcile, within a minute. An hour: ReplicaSets are not watched,
/// and one that is deleted may leave content unused.
/// (*) Where one node at a time has the volume, the Job goes to the pod's node.
class CollectionState {
 public:
  using Time = kube::Clock::TimePoint;
  enum class Job { None, Foreign, Runs, Ended, Reported };
  enum class Step { Rest, LookAtUsers, Create, ReportConflict, Finish };

  /// `after`: how long content must have been unused.
  explicit CollectionState(std::chrono::seconds after) : after_(after) {}

  /// What a Dataset's status knows.
  struct Content {
    gradient::ContentUse known;
    gradient::ContentUse unused;  ///< of it, what no spec asks for now
    bool is_measured = false;     ///< whether there are figures
  };
  /// What becomes unused later does not put off what is due. Figures that were there before this
  /// process are taken as those of all that was known then.
  bool is_due(const Content& content, Time now);
  Step next(Job job, Time now);
  /// After LookAtUsers: whether ReplicaSets and pods leave something unused, and whether a pod that
  /// has no node yet could keep the Job's pod and itself waiting for one volume.
  Step next_for_users(bool leave_unused, bool may_get_any_node, Time now);
  void refused(Time now);

 private:
  enum class Awaited { Nothing, Measuring, Removal };

  Step rest(std::chrono::minutes time, Time now);

  std::chrono::seconds after_;
  Awaited awaited_ = Awaited::Nothing, job_is_for_ = Awaited::Nothing;
  gradient::ContentUse known_, unused_;
  std::optional<gradient::ContentUse> measured_;  ///< what was known when the last Job was made
  Time due_;
};

}  // namespace reconcile
