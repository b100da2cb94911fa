#include "kube/control/controller.h"

#include "kube/http/error.h"
#include "kube/http/transport.h"
#include "support/log.h"
#include "support/manual_clock.h"

#include <catch2/catch.hpp>

#include <future>
#include <thread>

namespace {

using Catch::Matchers::Contains;
using kube::Controller;
using kube::Key;
using kube::Outcome;
using namespace std::chrono_literals;

const Key key{"ns", "a"};

kube::ApiError api_error(int code, int retry_after_seconds = 0) {
  kube::ApiError error(code, "", "refused with " + std::to_string(code));
  error.retry_after_seconds = retry_after_seconds;
  return error;
}

/// The value of one line of /metrics, such as `workqueue_depth{...}`; empty when it is not there.
std::string metric(const std::string& name) {
  const auto text = kube::metrics_text();
  const auto at = text.find(name + " ");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

/// Runs a controller on a real clock until `reconcile` has been called `times` times.
void run(const std::string& name, int times, const kube::Reconcile& reconcile, int workers = 1) {
  const kube::SteadyClock clock;
  std::stop_source stop;
  std::atomic<int> calls = 0;
  Controller controller(
      name,
      [&](const Key& each, const std::stop_token& token) {
        if (++calls == times) stop.request_stop();
        return reconcile(each, token);
      },
      workers, clock);
  controller.enqueue(key);
  controller.run(stop.get_token());
}

}  // namespace

TEST_CASE("what a reconcile throws ends neither worker nor process, and it is tried again") {
  int call = 0;
  run("throwing", 5, [&](const Key&, const std::stop_token&) -> Outcome {
    switch (++call) {
      case 1:
        throw std::runtime_error("first");
      case 2:
        throw api_error(409);
      case 3:
        throw 42;
      case 4:
        throw kube::TransportError("no answer");
      default:
        return Outcome::done();
    }
  });
  CHECK(call == 5);
  CHECK(metric("controller_runtime_reconcile_total{controller=\"throwing\",result=\"error\"}") ==
        "3");
  CHECK(metric("controller_runtime_reconcile_total{controller=\"throwing\",result=\"requeue\"}") ==
        "1");
  CHECK(metric("controller_runtime_reconcile_total{controller=\"throwing\",result=\"success\"}") ==
        "1");
  CHECK(metric("controller_runtime_reconcile_errors_total{controller=\"throwing\"}") == "3");
  CHECK(metric("workqueue_retries_total{controller=\"throwing\",name=\"throwing\"}") == "4");
}

TEST_CASE("a conflict is read again without a warning, and is no error") {
  const Log log;
  int call = 0;
  run("conflicting", 2, [&](const Key&, const std::stop_token&) {
    if (++call == 1) throw api_error(409);
    return Outcome::done();
  });
  CHECK_THAT(log.text(), Contains("reading again controller=conflicting object=ns/a"));
  CHECK_THAT(log.text(), !Contains("reconcile failed controller=conflicting"));
  CHECK(metric("controller_runtime_reconcile_errors_total{controller=\"conflicting\"}") == "0");
  CHECK(metric("workqueue_retries_total{controller=\"conflicting\",name=\"conflicting\"}") == "1");
}

TEST_CASE("a conflict that does not end is an error as any other") {
  const Log log;
  const kube::SteadyClock clock;
  Controller controller(
      "lasting", [](const Key&, const std::stop_token&) -> Outcome { throw api_error(409); }, 1,
      clock);
  controller.enqueue(key);
  {
    const std::jthread running([&](const std::stop_token& stop) { controller.run(stop); });
    CHECK(log.await("reconcile failed controller=lasting object=ns/a"));
  }
  CHECK(metric("controller_runtime_reconcile_errors_total{controller=\"lasting\"}") == "1");
}

TEST_CASE("what cannot be made in a namespace that is being deleted is tried ever less often") {
  ManualClock clock;
  int calls = 0;
  Controller controller(
      "terminating",
      [&](const Key&, const std::stop_token&) -> Outcome {
        ++calls;
        auto error = api_error(403);
        error.causes = {"NamespaceTerminating"};
        throw error;
      },
      1, clock);
  controller.enqueue(key);
  controller.reconcile_next({});
  for (const auto delay : {5s, 10s, 20s, 40s}) {
    clock.advance(delay - 1s);
    CHECK_FALSE(controller.reconcile_next({}));
    clock.advance(1s);
    CHECK(controller.reconcile_next({}));
  }
  CHECK(calls == 5);
  CHECK(metric("workqueue_retries_total{controller=\"terminating\",name=\"terminating\"}") != "1");
}

TEST_CASE("a reconcile that asks for it is called again after its delay") {
  int call = 0;
  run("again", 3, [&](const Key&, const std::stop_token&) {
    ++call;
    return Outcome{.requeue_after = 1ms};
  });
  CHECK(call == 3);
  CHECK(
      metric("controller_runtime_reconcile_total{controller=\"again\",result=\"requeue_after\"}") ==
      "3");
}

TEST_CASE("what is refused is looked at ever less often, until it is granted") {
  ManualClock clock;
  bool is_refused = true;
  int calls = 0;
  Controller controller(
      "refused",
      [&](const Key&, const std::stop_token&) {
        ++calls;
        return is_refused ? Outcome{.requeue_after = 1min, .is_refused = true} : Outcome::done();
      },
      1, clock);
  controller.enqueue(key);
  controller.reconcile_next({});
  for (const auto delay : {1min, 2min, 4min, 8min, 10min, 10min}) {
    clock.advance(delay - 1s);
    CHECK_FALSE(controller.reconcile_next({}));
    clock.advance(1s);
    CHECK(controller.reconcile_next({}));
  }
  is_refused = false;
  controller.enqueue(key);
  controller.reconcile_next({});
  clock.advance(1h);
  CHECK_FALSE(controller.reconcile_next({}));
  is_refused = true;
  controller.enqueue(key);
  controller.reconcile_next({});
  clock.advance(1min);
  CHECK(controller.reconcile_next({}));
}

TEST_CASE("how long a failed reconcile waits at least depends on who is to blame") {
  using kube::retry_delay;
  CHECK(retry_delay(std::runtime_error("anything")) == 0ms);
  CHECK(retry_delay(api_error(404)) == 0ms);
  CHECK(retry_delay(api_error(409)) == 0ms);
  CHECK(retry_delay(api_error(429)) == 200ms);
  CHECK(retry_delay(api_error(429, 3)) == 3s);
  CHECK(retry_delay(api_error(500)) == 200ms);
  CHECK(retry_delay(api_error(503, 1)) == 1s);
  CHECK(retry_delay(kube::TransportError("no answer")) == 500ms);
  CHECK(retry_delay(api_error(400)) == 5s);
  CHECK(retry_delay(api_error(403)) == 5s);
  CHECK(retry_delay(api_error(422)) == 5s);
}

TEST_CASE("workers serve different keys at the same time") {
  const kube::SteadyClock clock;
  std::stop_source stop;
  std::promise<void> first_is_here;
  Controller controller(
      "parallel",
      [&](const Key& each, const std::stop_token&) {
        if (each.name == "first") {
          first_is_here.get_future().wait();  // until the other worker has come
          stop.request_stop();
        } else {
          first_is_here.set_value();
        }
        return Outcome::done();
      },
      2, clock);
  controller.enqueue({"ns", "first"});
  controller.enqueue({"ns", "second"});
  controller.run(stop.get_token());
  CHECK(metric("controller_runtime_max_concurrent_reconciles{controller=\"parallel\"}") == "2");
  CHECK(metric("controller_runtime_active_workers{controller=\"parallel\"}") == "0");
}
