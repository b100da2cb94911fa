#include "reconcile/collection_state.h"

#include <catch2/catch.hpp>

using reconcile::CollectionState;
using namespace std::chrono_literals;
using Job = CollectionState::Job;
using Step = CollectionState::Step;

namespace {

constexpr auto after = 10min;
const CollectionState::Time start{};
const gradient::ContentUse nothing;
const gradient::ContentUse old_checkout{.checkouts = {"old"}, .models = {}};
const gradient::ContentUse both{.checkouts = {"old"}, .models = {"llm"}};

/// A state for which `old_checkout` has been unused long enough, at `start`.
CollectionState due_at_start() {
  CollectionState state(after);
  state.is_due(old_checkout, start - after);
  REQUIRE(state.is_due(old_checkout, start));
  return state;
}

}  // namespace

TEST_CASE("content goes when nobody has asked for it for the whole time") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(nothing, start));
  CHECK_FALSE(state.is_due(old_checkout, start));
  CHECK_FALSE(state.is_due(old_checkout, start + after - 1s));
  CHECK(state.is_due(old_checkout, start + after));
}

TEST_CASE("what is wanted again meanwhile starts anew") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(old_checkout, start));
  CHECK_FALSE(state.is_due(nothing, start + 5min));
  CHECK_FALSE(state.is_due(old_checkout, start + 9min));
  CHECK_FALSE(state.is_due(old_checkout, start + after));
  CHECK(state.is_due(old_checkout, start + 19min));
}

TEST_CASE("what becomes unused later does not put off what is due, and brings a look forward") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(old_checkout, start));
  CHECK_FALSE(state.is_due(both, start + 9min));
  CHECK(state.is_due(both, start + after));

  state = due_at_start();
  CHECK(state.next_for_users(false, false, start) == Step::Rest);
  CHECK_FALSE(state.is_due(old_checkout, start + 50min));
  CHECK_FALSE(state.is_due(both, start + 20min));
  CHECK(state.is_due(both, start + 30min));
}

TEST_CASE("without a Job the users decide") {
  auto state = due_at_start();
  CHECK(state.next(Job::None, start) == Step::LookAtUsers);
  CHECK(state.next_for_users(true, false, start) == Step::Create);
  CHECK(state.is_due(old_checkout, start));  // for the Job's end
}

TEST_CASE("what ReplicaSets and pods have is looked at again after an hour") {
  auto state = due_at_start();
  CHECK(state.next_for_users(false, true, start) == Step::Rest);
  CHECK_FALSE(state.is_due(old_checkout, start + 59min));
  CHECK(state.is_due(old_checkout, start + 60min));
}

TEST_CASE("a pod without a node is waited for, for ten minutes at a time") {
  auto state = due_at_start();
  CHECK(state.next_for_users(true, true, start) == Step::Rest);
  CHECK_FALSE(state.is_due(old_checkout, start + 9min));
  CHECK(state.is_due(old_checkout, start + 10min));
}

TEST_CASE("a Job of somebody else is told, and looked at again after ten minutes") {
  auto state = due_at_start();
  CHECK(state.next(Job::Foreign, start) == Step::ReportConflict);
  CHECK_FALSE(state.is_due(old_checkout, start + 9min));
  CHECK(state.is_due(old_checkout, start + 10min));
}

TEST_CASE("our Job's end is awaited, told once, and the Job then left alone for an hour") {
  auto state = due_at_start();
  CHECK(state.next(Job::Runs, start) == Step::Rest);
  CHECK(state.is_due(old_checkout, start));
  CHECK(state.next(Job::Ended, start) == Step::Finish);
  CHECK(state.is_due(old_checkout, start));
  CHECK(state.next(Job::Reported, start) == Step::Rest);
  CHECK_FALSE(state.is_due(old_checkout, start + 59min));
  CHECK(state.is_due(old_checkout, start + 60min));
}

TEST_CASE("a refusal of the API server is tried again after an hour") {
  auto state = due_at_start();
  state.refused(start);
  CHECK_FALSE(state.is_due(old_checkout, start + 59min));
  CHECK(state.is_due(old_checkout, start + 60min));
}
