#include "kube/control/work_queue.h"

#include <algorithm>

namespace kube {

WorkQueue::WorkQueue(const Clock& clock, const std::string& name) : clock_(clock) {
  if (name.empty()) return;
  metrics_.emplace(name);
  before_metrics_.emplace([this] { tell_under_way(); });
}

/// It grows by itself, and most of all where nothing comes to its end.
void WorkQueue::tell_under_way() {
  const std::lock_guard lock(mutex_);
  TimePoint::duration together{}, longest{};
  for (const auto& [key, since] : processing_) {
    const auto time = clock_.now() - since;
    together += time;
    longest = std::max(longest, time);
  }
  metrics_->under_way(together, longest);
}

void WorkQueue::add(const Key& key) {
  const std::lock_guard lock(mutex_);
  unschedule(key);
  enqueue(key);
}

void WorkQueue::add_after(const Key& key, std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  schedule(key, delay);
}

std::chrono::milliseconds WorkQueue::add_rate_limited(const Key& key,
                                                      std::chrono::milliseconds at_least) {
  const std::lock_guard lock(mutex_);
  const auto delay = std::max(item_backoff.after(++failures_[key]), at_least);
  schedule(key, delay);
  if (metrics_) metrics_->retried();
  return delay;
}

void WorkQueue::add_backed_off(const Key& key, const Backoff& backoff) {
  const std::lock_guard lock(mutex_);
  schedule(key, backoff.after(++failures_[key]));
}

void WorkQueue::forget(const Key& key) {
  const std::lock_guard lock(mutex_);
  failures_.erase(key);
}

std::optional<Key> WorkQueue::get(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (auto key = pop()) return key;
    wait(lock, stop);
  }
  return std::nullopt;
}

std::optional<Key> WorkQueue::try_get() {
  const std::lock_guard lock(mutex_);
  return pop();
}

void WorkQueue::done(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto taken = processing_.find(key);
  if (taken == processing_.end()) return;
  if (metrics_) metrics_->finished(clock_.now() - taken->second);
  processing_.erase(taken);
  if (dirty_.erase(key) > 0) enqueue(key);
}

std::size_t WorkQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return ready_.size();
}

bool WorkQueue::idle() const {
  const std::lock_guard lock(mutex_);
  return ready_.empty() && processing_.empty();
}

/// client-go's algorithm: a key is dirty from when it is added until a worker gets it, also while a
/// worker still has it from before. Then done() makes it ready, so that no two have it at a time.
void WorkQueue::enqueue(const Key& key) {
  if (!dirty_.insert(key).second) return;
  if (processing_.count(key) > 0) return;  // done() puts it into ready_
  ready_.push(key, clock_.now());
  if (metrics_) metrics_->added(ready_.size());
  ++changes_;
  wake_.notify_one();
}

void WorkQueue::schedule(const Key& key, std::chrono::milliseconds delay) {
  if (dirty_.count(key) > 0) return;  // due already
  const auto due = clock_.now() + delay;
  const auto [entry, is_new] = delayed_.try_emplace(key, due);
  if (!is_new) {
    if (entry->second <= due) return;
    due_.erase({entry->second, &entry->first});
    entry->second = due;
  }
  due_.emplace(due, &entry->first);
  ++changes_;
  wake_.notify_one();
}

void WorkQueue::unschedule(const Key& key) {
  const auto entry = delayed_.find(key);
  if (entry == delayed_.end()) return;
  due_.erase({entry->second, &entry->first});
  delayed_.erase(entry);
}

void WorkQueue::promote_due() {
  const auto now = clock_.now();
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto key = *due_.begin()->second;
    unschedule(key);
    enqueue(key);
  }
}

std::optional<Key> WorkQueue::pop() {
  promote_due();
  if (ready_.empty()) return std::nullopt;
  auto [key, since] = ready_.pop();
  // Another one waits for what is due next: it may be this one who did so until now.
  if (ready_.empty() && !due_.empty()) {
    ++changes_;
    wake_.notify_one();
  }
  dirty_.erase(key);
  const auto now = clock_.now();
  processing_.emplace(key, now);
  if (metrics_) metrics_->started(ready_.size(), now - since);
  return std::move(key);
}

void WorkQueue::wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  const auto changed = [this, seen = changes_] { return changes_ != seen; };
  if (due_.empty()) {
    wake_.wait(lock, stop, changed);
  } else {
    wake_.wait_for(lock, stop, due_.begin()->first - clock_.now(), changed);
  }
}

void WorkQueue::Ready::push(const Key& key, TimePoint since) {
  auto& keys = by_namespace_[key.ns];
  if (keys.empty()) turns_.push_back(key.ns);
  keys.emplace_back(key, since);
  ++size_;
}

std::pair<Key, WorkQueue::TimePoint> WorkQueue::Ready::pop() {
  auto ns = std::move(turns_.front());
  turns_.pop_front();
  const auto found = by_namespace_.find(ns);
  auto& keys = found->second;
  auto first = std::move(keys.front());
  keys.pop_front();
  --size_;
  if (keys.empty()) {
    by_namespace_.erase(found);
  } else {
    turns_.push_back(std::move(ns));
  }
  return first;
}

}  // namespace kube
