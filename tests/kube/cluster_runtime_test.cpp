#include "kube/control/controller.h"
#include "kube/control/lease.h"
#include "kube/support/own_namespace.h"
#include "kube/support/tampered.h"
#include "kube/support/watched.h"
#include "support/blocking_transport.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <iterator>
#include <list>
#include <mutex>
#include <thread>

// Against the API server that KUBECONFIG names.

namespace kube {
namespace {

using namespace std::chrono_literals;

/// What becomes of one who leads.
struct Leader {
  Leader(Transport& transport, const OwnNamespace& ns, std::string identity)
      : client(transport), thread([this, &ns, identity](const std::stop_token& stop) {
          const LeaseOptions options{.key = ns.key("lease"),
                                     .identity = identity,
                                     .duration = 6s,
                                     .renew_deadline = 3s,
                                     .retry_period = 300ms};
          lead_with_lease(
              client, clock, options,
              [&](const std::stop_token& leading_stop) {
                leads.set_value(clock.now());
                std::promise<void> stopped;
                const std::stop_callback on_stop(leading_stop, [&] { stopped.set_value(); });
                stopped.get_future().wait();
              },
              [&] { lost.set_value(clock.now()); }, stop);
        }) {}

  Client client;
  SteadyClock clock;
  std::promise<Clock::TimePoint> leads, lost;
  std::jthread thread;
};

/// Takes a stream for dead after little more than a second of silence.
class Impatient final : public BlockingTransport {
 public:
  explicit Impatient(Transport& inner) : inner_(inner) {}

  Response send(const Request& request, const std::stop_token& stop,
                std::chrono::milliseconds total) override {
    return inner_.send(request, stop, total);
  }
  Response stream(const Request& request, const std::function<void(std::string_view)>& on_line,
                  const std::stop_token& stop, std::chrono::milliseconds) override {
    return inner_.stream(request, on_line, stop, 1200ms);
  }

 private:
  Transport& inner_;
};

std::ptrdiff_t entries_of(const char* folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

}  // namespace

TEST_CASE("watches share a few threads, and connections by the hundred") {
  constexpr int count = 150;
  OwnNamespace ns;
  ns.put("a", "1");
  const SteadyClock clock;
  std::list<Store> stores(count);
  std::list<Watch> watches;
  std::mutex mutex;
  std::condition_variable changed;
  int changes = 0;
  const auto await = [&](int wanted) {
    std::unique_lock lock(mutex);
    CHECK(changed.wait_for(lock, 1min, [&] { return changes >= wanted; }));
  };
  WatchRunner runner(ns.transport(), clock);
  for (auto& store : stores) {
    runner.add(
        watches.emplace_back(ns.client(), store, clock,
                             WatchOptions{.kind = config_maps, .ns = ns.name(), .selector = {}},
                             [&](const Key& key, const Json&) {
                               if (key.name != "a") return;
                               const std::lock_guard lock(mutex);
                               ++changes;
                               changed.notify_all();
                             }));
  }
  std::jthread([] {}).join();  // with the first one a sanitizer begins a thread of its own
  const auto threads = entries_of("/proc/self/task");
  const auto files = entries_of("/proc/self/fd");
  const std::jthread running([&](const std::stop_token& stop) { runner.run(stop); });
  await(count);
  ns.put("a", "2");
  await(2 * count);  // so that all streams are open, or have been
  CHECK(entries_of("/proc/self/task") - threads <= 4);
  CHECK(entries_of("/proc/self/fd") - files <= 20);  // with those of idle connections
  ns.put("a", "3");
  await(3 * count);
}

TEST_CASE(
    "a watch of a version that the server will not reach is silent until a list replaces it") {
  OwnNamespace ns;
  std::atomic<int> lists = 0, watches = 0;
  Impatient impatient(ns.transport());
  Tampered tampered(impatient, [&](Request request) {
    if (!is_watch(request)) {
      ++lists;
    } else if (lists == 1) {
      if (watches++ == 0) ns.put("a", "1");
      set_version(request, "999999999999");
    }
    return request;
  });
  Client client(tampered);
  Watched watched(client, ns.name());
  watched.await(ns.key("a"), "1");
  CHECK(lists == 2);
  CHECK(watches == 2);
  ns.put("a", "2");
  watched.await(ns.key("a"), "2");
}

TEST_CASE(
    "of two contenders one leads, and when it is cut off it has lost before the other leads") {
  OwnNamespace ns;
  std::atomic<bool> is_cut = false;
  Tampered partitioned(ns.transport(), [&](Request request) {
    if (is_cut) throw TransportError("connection timed out");
    return request;
  });
  Leader first(partitioned, ns, "first");
  first.leads.get_future().get();
  Leader second(ns.transport(), ns, "second");
  auto second_leads = second.leads.get_future();

  is_cut = true;
  const auto lost = first.lost.get_future().get();
  CHECK(second_leads.wait_for(0s) == std::future_status::timeout);
  CHECK(second_leads.get() > lost);

  second.thread.request_stop();
  second.thread.join();
  Leader third(ns.transport(), ns, "third");
  const auto begin = third.clock.now();
  CHECK(third.leads.get_future().get() - begin < 5s);  // it was released: nobody waits for its end
}

TEST_CASE("an object that is deleted while it is reconciled is not made again") {
  OwnNamespace ns;
  ns.put("a", "1");
  const SteadyClock clock;
  std::stop_source stop;
  std::atomic<int> refusals = 0;
  Watched watched(ns.client(), ns.name());
  watched.await(ns.key("a"), "1");

  Controller controller(
      "deletion",
      [&](const Key& key, const std::stop_token&) {
        const auto object = watched.store().find(key);
        if (!object) {
          stop.request_stop();
          return Outcome::done();
        }
        if (refusals == 0) ns.remove("a");
        auto update = ns.intent("a", "2");
        update["metadata"]["uid"] = Json(uid_of(*object));
        try {
          ns.client().apply(config_maps, update, "test", Force::Yes);
        } catch (const ApiError& error) {
          if (error.conflict()) ++refusals;
          throw;
        }
        return Outcome::done();
      },
      1, clock);
  controller.enqueue(ns.key("a"));
  controller.run(stop.get_token());

  CHECK(refusals > 0);
  CHECK_FALSE(ns.client().get(config_maps, ns.key("a")));
}

}  // namespace kube
