#include "kube/control/work_queue.h"

#include "kube/backoff.h"
#include "support/manual_clock.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

namespace {

using kube::Key;
using kube::WorkQueue;
using namespace std::chrono_literals;

const Key a{"ns", "a"}, b{"ns", "b"}, c{"ns", "c"};

/// The name of the key that is due now, or "none".
std::string next(WorkQueue& queue) {
  const auto key = queue.try_get();
  return key ? key->name : "none";
}

}  // namespace

TEST_CASE("the metrics tell of work that does not end while it does not") {
  const ManualClock clock;
  WorkQueue queue(clock, "hanging");
  const auto line = [](const std::string& name, const std::string& value) {
    return "\nworkqueue_" + name + "_seconds{controller=\"hanging\",name=\"hanging\"} " + value +
           "\n";
  };
  const auto tells = [&](const std::string& together, const std::string& longest) {
    const auto text = kube::metrics_text();
    return text.find(line("unfinished_work", together)) != std::string::npos &&
           text.find(line("longest_running_processor", longest)) != std::string::npos;
  };
  queue.add(a);
  queue.add(b);
  queue.try_get();
  clock.wait(20s, {});
  queue.try_get();
  clock.wait(5s, {});
  CHECK(tells("30", "25"));
  queue.done(a);
  CHECK(tells("5", "5"));
  queue.done(b);
  CHECK(tells("0", "0"));
}

TEST_CASE("backoff doubles up to its cap") {
  CHECK(kube::item_backoff.after(1) == 5ms);
  CHECK(kube::item_backoff.after(2) == 10ms);
  CHECK(kube::item_backoff.after(11) == 5120ms);
  CHECK(kube::item_backoff.after(18) == 655360ms);
  CHECK(kube::item_backoff.after(19) == 1000s);
  CHECK(kube::item_backoff.after(1'000'000) == 1000s);
}

TEST_CASE("keys are served first in, first out, each once") {
  const ManualClock clock;
  WorkQueue queue(clock);
  for (const auto& key : {a, b, a, c, b})
    queue.add(key);
  CHECK(queue.depth() == 3);
  CHECK(next(queue) == "a");
  CHECK(next(queue) == "b");
  CHECK(next(queue) == "c");
  CHECK(next(queue) == "none");
}

TEST_CASE("namespaces take turns, however many keys one has") {
  const ManualClock clock;
  WorkQueue queue(clock);
  for (const auto* name : {"a1", "a2", "a3", "a4"})
    queue.add({"a", name});
  queue.add({"b", "b1"});
  CHECK(next(queue) == "a1");
  CHECK(next(queue) == "b1");
  queue.add({"c", "c1"});
  queue.add({"c", "c2"});
  CHECK(next(queue) == "a2");
  CHECK(next(queue) == "c1");
  CHECK(next(queue) == "a3");
  CHECK(next(queue) == "c2");
  CHECK(next(queue) == "a4");
  CHECK(next(queue) == "none");
  CHECK(queue.depth() == 0);
}

TEST_CASE("a queue is idle when nothing is due or being worked on, whatever waits for its time") {
  const ManualClock clock;
  WorkQueue queue(clock);
  CHECK(queue.idle());
  queue.add(a);
  CHECK_FALSE(queue.idle());
  CHECK(next(queue) == "a");
  CHECK_FALSE(queue.idle());
  queue.add_rate_limited(a);
  queue.done(a);
  CHECK(queue.idle());
}

TEST_CASE("a key that is added while it is worked on comes again when it is done") {
  const ManualClock clock;
  WorkQueue queue(clock);
  queue.add(a);
  CHECK(next(queue) == "a");
  queue.add(a);
  queue.add(a);
  CHECK(next(queue) == "none");  // never two workers on one key
  queue.done(a);
  CHECK(next(queue) == "a");
  queue.done(a);
  CHECK(next(queue) == "none");
}

TEST_CASE("a delayed key comes when it is due") {
  ManualClock clock;
  WorkQueue queue(clock);
  queue.add_after(a, 20ms);
  queue.add_after(b, 10ms);
  CHECK(next(queue) == "none");
  clock.advance(10ms);
  CHECK(next(queue) == "b");
  CHECK(next(queue) == "none");
  clock.advance(10ms);
  CHECK(next(queue) == "a");
}

TEST_CASE("the earliest due time of a key wins") {
  ManualClock clock;
  WorkQueue queue(clock);
  SECTION("over a later one") {
    queue.add_after(a, 10s);
    queue.add_after(a, 5s);
    queue.add_after(a, 20s);
    clock.advance(5s);
    CHECK(next(queue) == "a");
  }
  SECTION("when it is now") {
    queue.add_after(a, 10s);
    queue.add(a);
    queue.add_after(a, 20s);
    CHECK(next(queue) == "a");
  }
  queue.done(a);
  clock.advance(1h);
  CHECK(next(queue) == "none");
}

TEST_CASE("a key that becomes due while it is worked on comes again when it is done") {
  ManualClock clock;
  WorkQueue queue(clock);
  queue.add(a);
  CHECK(next(queue) == "a");
  queue.add_after(a, 1s);
  clock.advance(1s);
  CHECK(next(queue) == "none");
  queue.done(a);
  CHECK(next(queue) == "a");
}

TEST_CASE("each failure of a key doubles its delay until it is forgotten") {
  ManualClock clock;
  WorkQueue queue(clock);
  const auto fail = [&](std::chrono::milliseconds at_least = 0ms) {
    const auto delay = queue.add_rate_limited(a, at_least);
    clock.advance(delay);
    CHECK(next(queue) == "a");
    queue.done(a);
    return delay;
  };
  CHECK(fail() == 5ms);
  CHECK(fail() == 10ms);
  CHECK(fail(5s) == 5s);
  CHECK(fail() == 40ms);
  queue.forget(a);
  CHECK(fail() == 5ms);
  CHECK(queue.add_rate_limited(b) == 5ms);  // each key has its own
}

TEST_CASE("a waiting worker is woken by a key, by a due time and by a stop") {
  const kube::SteadyClock clock;
  WorkQueue queue(clock);
  std::vector<std::string> taken;
  std::atomic<int> count = 0;
  std::jthread worker([&](const std::stop_token& stop) {
    while (const auto key = queue.get(stop)) {
      taken.push_back(key->name);
      queue.done(*key);
      ++count;
      count.notify_all();
    }
  });
  queue.add(a);
  count.wait(0);
  queue.add_after(b, 1ms);
  count.wait(1);
  worker.request_stop();
  worker.join();
  CHECK(taken == std::vector<std::string>{"a", "b"});
}

TEST_CASE("no two workers have the same key, and none is lost") {
  const kube::SteadyClock clock;
  WorkQueue queue(clock);
  constexpr std::size_t keys = 5;
  std::array<std::atomic<int>, keys> working{};
  std::array<std::atomic<int>, keys> seen{};  // the number a worker saw last
  std::array<std::atomic<int>, keys> wanted{};
  std::atomic<bool> shared = false;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 4; ++i) {
      workers.emplace_back([&](const std::stop_token& stop) {
        while (const auto key = queue.get(stop)) {
          const auto index = std::stoul(key->name);
          if (++working[index] > 1) shared = true;
          seen[index] = wanted[index].load();
          seen[index].notify_all();
          --working[index];
          queue.done(*key);
        }
      });
    }
    for (int round = 1; round <= 500; ++round) {
      for (std::size_t key = 0; key < keys; ++key) {
        wanted[key] = round;
        queue.add({"", std::to_string(key)});
      }
    }
    for (auto& number : seen) {
      for (int last = number; last != 500; last = number)
        number.wait(last);
    }
  }
  CHECK_FALSE(shared);
}
