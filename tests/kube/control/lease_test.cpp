#include "kube/control/lease.h"

#include "kube/control/lease_state.h"
#include "support/manual_clock.h"
#include "support/scripted_transport.h"

#include <catch2/catch.hpp>

#include <future>
#include <thread>

namespace {

using json::Json;
using kube::LeaseState;
using namespace std::chrono_literals;
using Step = kube::LeaseState::Step;

const kube::Key key{"ns", "lease"};

constexpr const char* get_line = "GET /apis/coordination.k8s.io/v1/namespaces/ns/leases/lease";
constexpr const char* create_line =
    "POST /apis/coordination.k8s.io/v1/namespaces/ns/leases?fieldValidation=Strict";
constexpr const char* put_line =
    "PUT /apis/coordination.k8s.io/v1/namespaces/ns/leases/lease?fieldValidation=Strict";

Json lease(const std::string& holder, const std::string& version, int transitions = 0) {
  return json::object(
      {{"metadata",
        json::object({{"name", "lease"}, {"namespace", "ns"}, {"resourceVersion", version}})},
       {"spec", json::object({{"holderIdentity", holder},
                              {"leaseDurationSeconds", 15},
                              {"acquireTime", "2020-01-01T00:00:00.000000Z"},
                              {"renewTime", "2020-01-01T00:00:0" + version + ".000000Z"},
                              {"leaseTransitions", transitions}})}});
}

std::string holder_of(const kube::Request& request) {
  return json::string_at(json::parse(request.body), {"spec", "holderIdentity"});
}

/// The end of a script: until the work has ended there may be renewals, few or many; the last
/// request releases.
class Renewals {
 public:
  explicit Renewals(ScriptedTransport& api) : api_(api) {}
  void expect_and_release() {
    api_.expect(put_line)
        .answer(200, json::text(lease("me", "5")))
        .then([this](const kube::Request& request) {
          if (!holder_of(request).empty()) expect_and_release();
        });
  }

 private:
  ScriptedTransport& api_;
};

/// Follows the script to its end; then the server is out of reach.
class Cut final : public BlockingTransport {
 public:
  explicit Cut(ScriptedTransport& script) : script_(script) {}
  kube::Response send(const kube::Request& request, const std::stop_token& stop,
                      std::chrono::milliseconds total) override {
    if (script_.played()) throw kube::TransportError("connection timed out");
    return script_.send(request, stop, total);
  }
  kube::Response stream(const kube::Request&, const std::function<void(std::string_view)>&,
                        const std::stop_token&, std::chrono::milliseconds) override {
    return {};
  }

 private:
  ScriptedTransport& script_;
};

void until_stopped(const std::stop_token& stop) {
  std::promise<void> stopped;
  const std::stop_callback on_stop(stop, [&] { stopped.set_value(); });
  stopped.get_future().wait();
}

const kube::LeaseOptions options{.key = key, .identity = "me"};

}  // namespace

TEST_CASE("a Lease that does not exist is made, one without holder is taken over") {
  LeaseState state("me");
  const kube::Clock::TimePoint now{1h};
  state.observe(std::nullopt, now);
  CHECK(state.decide(now) == Step::Create);
  state.observe(lease("", "1"), now);
  CHECK(state.decide(now) == Step::TakeOver);
  state.observe(lease("me", "2"), now);
  CHECK(state.decide(now) == Step::Renew);
}

TEST_CASE("another's Lease runs out by our clock since it last changed, not by its times") {
  LeaseState state("me");
  const kube::Clock::TimePoint now{1h};
  state.observe(lease("other", "1"), now);
  CHECK(state.decide(now + 15s) == Step::Wait);
  CHECK(state.decide(now + 15s + 1ms) == Step::TakeOver);

  state.observe(lease("other", "1"), now + 10s);  // seen again, unchanged
  CHECK(state.decide(now + 16s) == Step::TakeOver);

  state.observe(lease("other", "2"), now + 14s);  // renewed
  CHECK(state.decide(now + 29s) == Step::Wait);
  CHECK(state.decide(now + 30s) == Step::TakeOver);
}

TEST_CASE("what is written says who holds it since when, and is bound to what was seen") {
  LeaseState state("me");
  const auto wall = ManualClock().wall();
  SECTION("a first one") {
    CHECK(json::text(state.claimed(key, 15s, wall)) ==
          R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"lease",)"
          R"("namespace":"ns"},"spec":{"acquireTime":"2026-01-31T12:00:00.000000Z",)"
          R"("holderIdentity":"me","leaseDurationSeconds":15,"leaseTransitions":0,)"
          R"("renewTime":"2026-01-31T12:00:00.000000Z"}})");
  }
  SECTION("another's") {
    state.observe(lease("other", "4", 2), {});
    CHECK(json::text(state.claimed(key, 1500ms, wall)) ==
          R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"lease",)"
          R"("namespace":"ns","resourceVersion":"4"},"spec":{"acquireTime":)"
          R"("2026-01-31T12:00:00.000000Z","holderIdentity":"me","leaseDurationSeconds":2,)"
          R"("leaseTransitions":3,"renewTime":"2026-01-31T12:00:00.000000Z"}})");
  }
  SECTION("our own") {
    state.observe(lease("me", "4", 2), {});
    CHECK(json::text(state.claimed(key, 15s, wall)) ==
          R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"lease",)"
          R"("namespace":"ns","resourceVersion":"4"},"spec":{"acquireTime":)"
          R"("2020-01-01T00:00:00.000000Z","holderIdentity":"me","leaseDurationSeconds":15,)"
          R"("leaseTransitions":2,"renewTime":"2026-01-31T12:00:00.000000Z"}})");
  }
  SECTION("released") {
    state.observe(lease("me", "4", 2), {});
    const auto released = state.released(wall);
    CHECK(json::string_at(released, {"spec", "holderIdentity"}).empty());
    CHECK(json::integer_at(released, {"spec", "leaseDurationSeconds"}) == 1);
    CHECK(kube::resource_version_of(released) == "4");
  }
}

TEST_CASE("the one who gets the Lease leads, renews, and releases it at the end") {
  ScriptedTransport api;
  kube::Client client(api);
  const kube::SteadyClock clock;
  auto quick = options;
  quick.retry_period = 1ms;
  std::stop_source stop;
  std::promise<void> renewed;
  Renewals renewals(api);
  api.expect(get_line).answer(404);
  api.expect(create_line).answer(201, json::text(lease("me", "1")));
  api.expect(put_line).answer(200, json::text(lease("me", "2"))).then([&](const kube::Request&) {
    renewed.set_value();
  });
  // An answer was lost: somebody has written the version after ours, and that is ourselves.
  api.expect(put_line).answer(409);
  api.expect(get_line).answer(200, json::text(lease("me", "3")));
  api.expect(put_line).answer(200, json::text(lease("me", "4"))).then([&](const kube::Request&) {
    stop.request_stop();
  });
  renewals.expect_and_release();

  std::string said;
  kube::lead_with_lease(
      client, clock, quick,
      [&](const std::stop_token& leading) {
        renewed.get_future().wait();
        until_stopped(leading);
        said = "led and stopped";
      },
      [&] { said = "lost"; }, stop.get_token());

  CHECK(said == "led and stopped");
  CHECK(holder_of(api.requests().back()).empty());
}

TEST_CASE("a stop in the middle of a renewal does not keep the Lease from being released") {
  ScriptedTransport api;
  kube::Client client(api);
  const kube::SteadyClock clock;
  auto quick = options;
  quick.retry_period = 1ms;
  std::stop_source stop;
  api.expect(get_line).answer(404);
  api.expect(create_line).answer(201, json::text(lease("me", "1")));
  api.expect(put_line).fail("stopped").then([&](const kube::Request&) { stop.request_stop(); });
  api.expect(put_line).answer(409);
  api.expect(get_line).answer(200, json::text(lease("me", "2")));
  Renewals renewals(api);
  renewals.expect_and_release();
  kube::lead_with_lease(
      client, clock, quick, until_stopped, [] { FAIL("lost"); }, stop.get_token());
  CHECK(holder_of(api.requests().back()).empty());
}

TEST_CASE("a contender that is stopped has written nothing") {
  ScriptedTransport api;
  kube::Client client(api);
  const ManualClock clock;
  std::stop_source stop;
  api.expect(get_line).answer(200, json::text(lease("other", "1")));
  api.expect(get_line).fail("connection refused");
  api.expect(get_line).answer(200, json::text(lease("other", "2"))).then([&](const kube::Request&) {
    stop.request_stop();
  });
  kube::lead_with_lease(
      client, clock, options, [](const std::stop_token&) { FAIL("leads"); }, [] { FAIL("lost"); },
      stop.get_token());
  const auto waits = clock.waits();
  CHECK(waits.size() == 3);
  for (const auto wait : waits)
    CHECK((wait >= 2000ms && wait <= 2400ms));
}

TEST_CASE("who is not ready does not contend") {
  ScriptedTransport api;
  kube::Client client(api);
  const ManualClock clock;
  auto patient = options;
  std::stop_source stop;
  std::size_t asked = 0;
  SECTION("until it is") {
    patient.is_ready = [&] {
      CHECK(api.requests().empty());
      return ++asked == 3;
    };
    api.expect(get_line).answer(200, json::text(lease("other", "1"))).then([&](const auto&) {
      stop.request_stop();
    });
  }
  SECTION("nor before a stop") {
    patient.is_ready = [&] {
      if (++asked == 3) stop.request_stop();
      return false;
    };
  }
  kube::lead_with_lease(
      client, clock, patient, [](const std::stop_token&) { FAIL("leads"); }, [] { FAIL("lost"); },
      stop.get_token());
  CHECK(asked == 3);
}

TEST_CASE("a contender takes over what nobody renews") {
  ScriptedTransport api;
  kube::Client client(api);
  const kube::SteadyClock clock;
  auto quick = options;
  quick.retry_period = 1ms;
  api.expect(get_line).answer(200, json::text(lease("other", "1", 4)));
  api.expect(get_line).answer(200, json::text(lease("", "2", 4)));
  api.expect(put_line).answer(409);  // another contender was faster
  api.expect(get_line).answer(200, json::text(lease("third", "3", 5)));
  api.expect(get_line).answer(200, json::text(lease("", "4", 5)));
  api.expect(put_line).answer(200, json::text(lease("me", "5", 6)));
  Renewals renewals(api);
  renewals.expect_and_release();
  std::string said;
  kube::lead_with_lease(
      client, clock, quick, [&](const std::stop_token&) { said = "led"; }, [] { FAIL("lost"); },
      {});
  CHECK(said == "led");
  CHECK(holder_of(api.requests().back()).empty());
}

TEST_CASE("who cannot renew in time has lost, and does not release") {
  ScriptedTransport script;
  script.expect(get_line).answer(404);
  script.expect(create_line).answer(201, json::text(lease("me", "1")));
  Cut api(script);
  kube::Client client(api);
  const kube::SteadyClock clock;
  auto quick = options;
  quick.retry_period = 1ms;
  quick.renew_deadline = 30ms;
  std::string said;
  kube::lead_with_lease(client, clock, quick, until_stopped, [&] { said = "lost"; }, {});
  CHECK(said == "lost");
}

TEST_CASE("who finds another's name in the Lease has lost at once") {
  ScriptedTransport api;
  kube::Client client(api);
  const kube::SteadyClock clock;
  auto quick = options;
  quick.retry_period = 1ms;
  quick.renew_deadline = 1h;
  api.expect(get_line).answer(404);
  api.expect(create_line).answer(201, json::text(lease("me", "1")));
  api.expect(put_line).answer(409);
  api.expect(get_line).answer(200, json::text(lease("other", "3", 1)));
  std::string said;
  kube::lead_with_lease(client, clock, quick, until_stopped, [&] { said = "lost"; }, {});
  CHECK(said == "lost");
}

TEST_CASE("what leading throws comes out after the Lease is released") {
  ScriptedTransport api;
  kube::Client client(api);
  const kube::SteadyClock clock;
  api.expect(get_line).answer(404);
  api.expect(create_line).answer(201, json::text(lease("me", "1")));
  api.expect(put_line).answer(200, "{}");
  CHECK_THROWS_WITH(kube::lead_with_lease(
                        client, clock, options,
                        [](const std::stop_token&) { throw std::runtime_error("no way"); },
                        [] { FAIL("lost"); }, {}),
                    "no way");
}
