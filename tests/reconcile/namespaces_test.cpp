#include "reconcile/namespaces.h"

#include "kube/serve/metrics.h"
#include "support/count.h"
#include "support/log.h"
#include "support/manual_clock.h"
#include "support/scripted_transport.h"

#include <catch2/catch.hpp>

#include <list>

using namespace std::chrono_literals;

namespace {

/// Asks for a stop when it has been waited for that long.
class EndingClock final : public kube::Clock {
 public:
  TimePoint now() const override { return clock_.now(); }
  std::chrono::system_clock::time_point wall() const override { return clock_.wall(); }
  bool wait(std::chrono::milliseconds delay, const std::stop_token& stop) const override {
    if (now() >= end_) stop_.request_stop();
    return clock_.wait(delay, stop);
  }
  void advance(std::chrono::seconds time) { clock_.advance(time); }
  std::stop_token stop_after(std::chrono::seconds time) {
    end_ = now() + time;
    stop_ = std::stop_source();
    return stop_.get_token();
  }

 private:
  ManualClock clock_;
  TimePoint end_ = TimePoint::max();
  mutable std::stop_source stop_;
};

struct Scene {
  ScriptedTransport server;
  kube::Client client{server};
  EndingClock clock;
  kube::Store store;
  std::list<kube::Watch> watches;
  reconcile::Namespaces namespaces{clock};

  kube::Watch& add(const std::string& ns, const kube::Kind& kind = kube::pods) {
    auto& watch = watches.emplace_back(client, store, clock,
                                       kube::WatchOptions{.kind = kind, .ns = ns, .selector = {}},
                                       [](const kube::Key&, const json::Json&) {});
    namespaces.add(ns, watch);
    return watch;
  }
  /// Lets it list once.
  void list(kube::Watch& watch, int status, const std::string& body) {
    std::stop_source stop;
    server.expect("GET *").answer(status, body).then([&](const kube::Request&) {
      stop.request_stop();
    });
    watch.list(watch.next(), stop.get_token());
  }
  void fill(kube::Watch& watch) {
    list(watch, 200,
         R"({"kind":")" + std::string(watch.kind().kind) +
             R"(List","metadata":{"resourceVersion":"1"},"items":[]})");
  }
  void refuse(kube::Watch& watch) {
    list(watch, 403, R"({"kind":"Status","code":403,"reason":"Forbidden","message":"no"})");
  }
  std::string told(std::chrono::seconds time) {
    const Log log;
    namespaces.report(clock.stop_after(time));
    clock.stop_after(24h);
    return log.text();
  }
};

}  // namespace

TEST_CASE_METHOD(Scene, "all namespaces are waited for that may be listed") {
  auto& one = add("one");
  auto& other = add("other");
  fill(one);
  CHECK_FALSE(namespaces.ready());
  CHECK_FALSE(namespaces.has_synced("one"));
  SECTION("until they are") {
    fill(other);
    CHECK(namespaces.ready());
    CHECK(namespaces.take_synced() == std::vector<std::string>{"one", "other"});
    CHECK(namespaces.take_synced().empty());
  }
  SECTION("or are refused") {
    refuse(other);
    CHECK(namespaces.ready());
    CHECK(namespaces.take_synced() == std::vector<std::string>{"one"});
    CHECK(namespaces.has_synced("one"));
    CHECK_FALSE(namespaces.has_synced("other"));
    fill(other);
    CHECK(namespaces.take_synced() == std::vector<std::string>{"other"});
    CHECK(namespaces.has_synced("other"));
  }
  SECTION("or do not answer for half a minute") {
    clock.advance(30s);
    CHECK(namespaces.ready());
  }
}

TEST_CASE_METHOD(Scene, "a namespace of which one kind is refused is not served") {
  auto& some = add("one");
  auto& others = add("one", kube::services);
  fill(some);
  refuse(others);
  CHECK_FALSE(namespaces.ready());
  clock.advance(1h);
  CHECK_FALSE(namespaces.ready());
  CHECK(namespaces.take_synced().empty());
}

TEST_CASE_METHOD(Scene, "an operator of all namespaces serves any when all its lists are there") {
  auto& all = add("");
  CHECK_FALSE(namespaces.has_synced("any"));
  fill(all);
  CHECK(namespaces.ready());
  CHECK(namespaces.take_synced() == std::vector<std::string>{""});
  CHECK(namespaces.has_synced("any"));
}

TEST_CASE_METHOD(Scene, "a namespace that is not served is told at growing intervals") {
  auto& one = add("one");
  auto& other = add("other");
  fill(one);
  refuse(other);
  const auto text = told(2h);
  CHECK(count(text, "a namespace is not served: its lists are refused") == 7);
  CHECK(count(text, "namespace=other lists=\"Pod\"") == 7);
  CHECK(kube::metrics_text().find("gradient_namespace_served{watched_namespace=\"other\"} 0") !=
        std::string::npos);
  CHECK(kube::metrics_text().find("gradient_namespace_served{watched_namespace=\"one\"} 1") !=
        std::string::npos);
  fill(other);
  CHECK(count(told(1h), "namespace=other") == 1);
  CHECK(kube::metrics_text().find("gradient_namespace_served{watched_namespace=\"other\"} 1") !=
        std::string::npos);
}

TEST_CASE_METHOD(Scene, "a namespace that is refused later is told to be kept as it was seen") {
  auto& one = add("one");
  auto& other = add("other");
  fill(one);
  fill(other);
  CHECK(count(told(1h), "namespace") == 0);
  clock.advance(1h);
  static_cast<void>(other.open(other.next()));
  other.end(
      {.response = {.status = 403, .body = R"({"kind":"Status","code":403})"}, .failure = {}});
  refuse(other);
  CHECK(count(told(1min), "a namespace is kept as it was seen last") == 1);
  CHECK(namespaces.ready());
}

TEST_CASE_METHOD(Scene, "what is missing is told while there is nothing to serve") {
  add("one");
  add("one", kube::services);
  refuse(add("other"));
  const auto text = told(50s);
  CHECK(count(text, "not ready: waiting for the lists of") == 1);
  CHECK(text.find("Pod, Service in namespace one; Pod in namespace other;") != std::string::npos);
}
