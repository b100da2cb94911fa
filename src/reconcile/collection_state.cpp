#include "reconcile/collection_state.h"

#include <algorithm>

namespace reconcile {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::minutes users_interval = 1h;
constexpr std::chrono::minutes retry = 10min;

}  // namespace

bool CollectionState::is_due(const gradient::ContentUse& unused, Time now) {
  if (unused.empty()) {
    unused_ = {};
    return false;
  }
  if (unused_.empty()) {
    due_ = now + after_;
  } else if (unused_ != unused) {
    due_ = std::min(due_, now + after_);
  }
  unused_ = unused;
  return now >= due_;
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
      return rest(users_interval, now);
    case Job::Runs:
      break;
  }
  return Step::Rest;
}

CollectionState::Step CollectionState::next_for_users(bool leave_unused, bool may_get_any_node,
                                                      Time now) {
  if (!leave_unused) return rest(users_interval, now);
  if (may_get_any_node) return rest(retry, now);
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
