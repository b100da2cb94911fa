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

/// What a status knows that has figures.
CollectionState::Content of(const gradient::ContentUse& unused,
                            const gradient::ContentUse& used = {}) {
  auto known = unused;
  known += used;
  return {.known = known, .unused = unused, .is_measured = true};
}
/// The same before the first Job.
CollectionState::Content unmeasured(const gradient::ContentUse& used) {
  return {.known = used, .unused = {}, .is_measured = false};
}

/// A state for which `old_checkout` has been unused long enough, at `start`.
CollectionState due_at_start() {
  CollectionState state(after);
  state.is_due(of(old_checkout), start - after);
  REQUIRE(state.is_due(of(old_checkout), start));
  return state;
}

}  // namespace

TEST_CASE("content goes when nobody has asked for it for the whole time") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(of(nothing), start));
  CHECK_FALSE(state.is_due(of(old_checkout), start));
  CHECK_FALSE(state.is_due(of(old_checkout), start + after - 1s));
  CHECK(state.is_due(of(old_checkout), start + after));
}

TEST_CASE("what is wanted again meanwhile starts anew") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(of(old_checkout), start));
  CHECK_FALSE(state.is_due(of(nothing), start + 5min));
  CHECK_FALSE(state.is_due(of(old_checkout), start + 9min));
  CHECK_FALSE(state.is_due(of(old_checkout), start + after));
  CHECK(state.is_due(of(old_checkout), start + 19min));
}

TEST_CASE("what becomes unused later does not put off what is due, and brings a look forward") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(of(old_checkout), start));
  CHECK_FALSE(state.is_due(of(both), start + 9min));
  CHECK(state.is_due(of(both), start + after));

  state = due_at_start();
  CHECK(state.next_for_users(false, false, start) == Step::Rest);
  CHECK_FALSE(state.is_due(of(old_checkout), start + 50min));
  CHECK_FALSE(state.is_due(of(both), start + 20min));
  CHECK(state.is_due(of(both), start + 30min));
}

TEST_CASE("without a Job the users decide") {
  auto state = due_at_start();
  CHECK(state.next(Job::None, start) == Step::LookAtUsers);
  CHECK(state.next_for_users(true, false, start) == Step::Create);
  CHECK(state.is_due(of(old_checkout), start));  // for the Job's end
}

TEST_CASE("what ReplicaSets and pods have is looked at again after an hour") {
  auto state = due_at_start();
  CHECK(state.next_for_users(false, true, start) == Step::Rest);
  CHECK_FALSE(state.is_due(of(old_checkout), start + 59min));
  CHECK(state.is_due(of(old_checkout), start + 60min));
}

TEST_CASE("a pod without a node is waited for, for ten minutes at a time") {
  auto state = due_at_start();
  CHECK(state.next_for_users(true, true, start) == Step::Rest);
  CHECK_FALSE(state.is_due(of(old_checkout), start + 9min));
  CHECK(state.is_due(of(old_checkout), start + 10min));
}

TEST_CASE("a Job of somebody else is told, and looked at again after ten minutes") {
  auto state = due_at_start();
  CHECK(state.next(Job::Foreign, start) == Step::ReportConflict);
  CHECK_FALSE(state.is_due(of(old_checkout), start + 9min));
  CHECK(state.is_due(of(old_checkout), start + 10min));
}

TEST_CASE("our Job's end is awaited, told once, and the Job then left alone for an hour") {
  auto state = due_at_start();
  CHECK(state.next(Job::Runs, start) == Step::Rest);
  CHECK(state.is_due(of(old_checkout), start));
  CHECK(state.next(Job::Ended, start) == Step::Finish);
  CHECK(state.is_due(of(old_checkout), start));
  CHECK(state.next(Job::Reported, start) == Step::Rest);
  CHECK_FALSE(state.is_due(of(old_checkout), start + 59min));
  CHECK(state.is_due(of(old_checkout), start + 60min));
}

TEST_CASE("a refusal of the API server is tried again after an hour") {
  auto state = due_at_start();
  state.refused(start);
  CHECK_FALSE(state.is_due(of(old_checkout), start + 59min));
  CHECK(state.is_due(of(old_checkout), start + 60min));
}

TEST_CASE("content that is in use is measured once, when it has been known for the whole time") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(unmeasured(old_checkout), start));
  CHECK_FALSE(state.is_due(unmeasured(old_checkout), start + after - 1s));
  CHECK(state.is_due(unmeasured(old_checkout), start + after));
  CHECK(state.next(Job::None, start + after) == Step::LookAtUsers);
  CHECK(state.next_for_users(false, false, start + after) == Step::Create);
  CHECK(state.is_due(unmeasured(old_checkout), start + after));  // for the Job's end
  CHECK(state.next(Job::Ended, start + after) == Step::Finish);
  CHECK_FALSE(state.is_due(of(nothing, old_checkout), start + after));
  CHECK_FALSE(state.is_due(of(nothing, old_checkout), start + 24h));
}

TEST_CASE("what comes later is measured, too, and so is what a Job failed to measure, hourly") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(of(nothing, old_checkout), start));
  CHECK_FALSE(state.is_due(of(nothing, both), start + 1h));
  CHECK(state.is_due(of(nothing, both), start + 1h + after));

  CollectionState failing(after);
  failing.is_due(unmeasured(both), start - after);
  REQUIRE(failing.is_due(unmeasured(both), start));
  CHECK(failing.next_for_users(false, false, start) == Step::Create);
  CHECK(failing.next(Job::Reported, start) == Step::Rest);
  CHECK_FALSE(failing.is_due(unmeasured(both), start + 59min));
  CHECK(failing.is_due(unmeasured(both), start + 60min));
}

TEST_CASE("the figures of an earlier process are taken as those of what was known then") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(of(nothing, both), start));
  CHECK_FALSE(state.is_due(of(nothing, both), start + 24h));
}

TEST_CASE("what is unused while content waits to be measured has the whole time of its own") {
  CollectionState state(after);
  CHECK_FALSE(state.is_due(unmeasured(old_checkout), start));
  CHECK_FALSE(state.is_due({.known = old_checkout, .unused = old_checkout}, start + 9min));
  CHECK_FALSE(state.is_due({.known = old_checkout, .unused = old_checkout}, start + after));
  CHECK(state.is_due({.known = old_checkout, .unused = old_checkout}, start + 19min));
}

TEST_CASE("a Job that only measured keeps a clean-up waiting for minutes and not for an hour") {
  CollectionState state(after);
  state.is_due(unmeasured(old_checkout), start - after);
  REQUIRE(state.is_due(unmeasured(old_checkout), start));
  CHECK(state.next_for_users(false, false, start) == Step::Create);
  CHECK_FALSE(state.is_due(of(old_checkout), start));
  REQUIRE(state.is_due(of(old_checkout), start + after));
  CHECK(state.next(Job::Reported, start + after) == Step::Rest);
  CHECK(state.is_due(of(old_checkout), start + after + 2min));
}
