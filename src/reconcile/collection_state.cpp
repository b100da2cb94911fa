#include "reconcile/collection_state.h"

#include <algorithm>

namespace reconcile {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::minutes users_interval = 1h;
constexpr std::chrono::minutes retry = 10min;
/// How soon a Job that removes nothing is gone (render/clean_up_job).
constexpr std::chrono::minutes measuring_expires = 2min;

}  // namespace

bool CollectionState::is_due(const Content& content, Time now) {
  if (!measured_) measured_ = content.known;
  const auto& [known, unused, is_measured] = content;
  const bool is_unmeasured = !(is_measured ? gradient::without(known, *measured_) : known).empty();
  auto awaited = is_unmeasured ? Awaited::Measuring : Awaited::Nothing;
  if (!unused.empty()) awaited = Awaited::Removal;
  if (awaited != awaited_) {
    due_ = now + after_;
  } else if (unused_ != unused) {
    due_ = std::min(due_, now + after_);
  }
  awaited_ = awaited;
  known_ = known;
  unused_ = unused;
  return awaited_ != Awaited::Nothing && now >= due_;
}

CollectionState::Step CollectionState::next(Job job, Time now) {
  switch (job) {
    case Job::None:
      return Step::LookAtUsers;
    case Job::Foreign:
      rest(retry, now);
      return Step::ReportConflict;
    case Job::Ended:
      return Step::Finish;
    case Job::Reported:
      return rest(job_is_for_ == Awaited::Measuring && awaited_ == Awaited::Removal
                      ? measuring_expires
                      : users_interval,
                  now);
    case Job::Runs:
      break;
  }
  return Step::Rest;
}

CollectionState::Step CollectionState::next_for_users(bool leave_unused, bool may_get_any_node,
                                                      Time now) {
  if (!leave_unused && awaited_ != Awaited::Measuring) return rest(users_interval, now);
  if (may_get_any_node) return rest(retry, now);
  measured_ = known_;
  job_is_for_ = awaited_;
  return Step::Create;
}

void CollectionState::refused(Time now) {
  rest(users_interval, now);
}

CollectionState::Step CollectionState::rest(std::chrono::minutes time, Time now) {
  due_ = now + time;
  return Step::Rest;
}

}  // namespace reconcile
