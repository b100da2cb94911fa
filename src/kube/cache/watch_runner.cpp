#include "kube/cache/watch_runner.h"

#include <thread>
#include <utility>

namespace kube {
namespace {

using namespace std::chrono_literals;

constexpr int listers = 2;
/// Between two looks whether a write of ours is still under way: they take some milliseconds.
constexpr auto look_at_waiting = 5ms;
constexpr auto nothing_waits = 1min;

}  // namespace

void WatchRunner::run(const std::stop_token& stop) {
  const auto streams = transport_.make_streams();
  for (auto* const watch : watches_)
    schedule(*watch);
  std::vector<std::jthread> threads;
  for (int i = 0; i < listers; ++i)
    threads.emplace_back([this](const std::stop_token& own) { list_all(own); });
  threads.emplace_back([&](const std::stop_token& own) { open_all(*streams, own); });
  streams->run([this] { return read_waiting(); }, stop);
  for (auto& thread : threads)
    thread.request_stop();
}

void WatchRunner::schedule(Watch& watch) {
  auto step = watch.next();
  const std::lock_guard lock(mutex_);
  auto& tasks = step.what == WatchState::Step::What::List ? lists_ : opens_;
  const auto due = clock_.now() + step.delay;
  tasks.emplace(due, Task{&watch, std::move(step)});
  ++scheduled_;
  changed_.notify_all();
}

bool WatchRunner::take_due(Tasks& tasks, Task& task, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto first = tasks.begin();
    const auto left = first == tasks.end() ? Clock::TimePoint::duration(nothing_waits)
                                           : first->first - clock_.now();
    if (first != tasks.end() && left <= 0s) {
      task = std::move(first->second);
      tasks.erase(first);
      return true;
    }
    changed_.wait_for(lock, stop, left, [&, before = scheduled_] { return scheduled_ != before; });
  }
  return false;
}

void WatchRunner::list_all(const std::stop_token& stop) {
  for (Task task{}; take_due(lists_, task, stop);) {
    task.watch->list(task.step, stop);
    schedule(*task.watch);
  }
}

void WatchRunner::open_all(Streams& streams, const std::stop_token& stop) {
  for (Task task{}; take_due(opens_, task, stop);)
    open(streams, task);
}

void WatchRunner::open(Streams& streams, const Task& task) {
  auto& watch = *task.watch;
  const auto on_end = [this, &watch](const Streams::End& end) {
    waiting_.erase(&watch);
    watch.end(end);
    schedule(watch);
  };
  try {
    streams.open(
        watch.open(task.step),
        {.on_line = [this, &watch](std::string_view line) { read(watch, line); }, .on_end = on_end},
        Watch::idle_limit);
  } catch (const TransportError&) {
    watch.end({.response = {}, .failure = std::current_exception()});
    schedule(watch);
  }
}

void WatchRunner::read(Watch& watch, std::string_view line) {
  watch.read(line);
  if (watch.is_waiting()) waiting_.insert(&watch);
}

std::chrono::milliseconds WatchRunner::read_waiting() {
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    auto& watch = **each;
    watch.read_waiting();
    each = watch.is_waiting() ? std::next(each) : waiting_.erase(each);
  }
  return waiting_.empty() ? nothing_waits : look_at_waiting;
}

}  // namespace kube
