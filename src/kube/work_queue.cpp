#include "kube/work_queue.h"

#include "kube/backoff.h"

namespace kube {

void WorkQueue::add(const Key& key) {
  const std::lock_guard lock(mutex_);
  unschedule(key);
  enqueue(key);
}

void WorkQueue::add_after(const Key& key, std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  schedule(key, delay);
}

std::chrono::milliseconds WorkQueue::add_failed(const Key& key,
                                                std::chrono::milliseconds at_least) {
  const std::lock_guard lock(mutex_);
  const auto delay = std::max(item_backoff.after(++failures_[key]), at_least);
  schedule(key, delay);
  return delay;
}

void WorkQueue::forget(const Key& key) {
  const std::lock_guard lock(mutex_);
  failures_.erase(key);
}

std::optional<Key> WorkQueue::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (auto key = pop()) return key;
    wait(lock, stop);
  }
  return std::nullopt;
}

std::optional<Key> WorkQueue::try_take() {
  const std::lock_guard lock(mutex_);
  return pop();
}

void WorkQueue::done(const Key& key) {
  const std::lock_guard lock(mutex_);
  processing_.erase(key);
  if (dirty_.erase(key) > 0) enqueue(key);
}

std::size_t WorkQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return ready_.size();
}

void WorkQueue::enqueue(const Key& key) {
  if (!dirty_.insert(key).second) return;
  if (processing_.count(key) > 0) return;  // done() puts it into ready_
  ready_.push_back(key);
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
  auto key = std::move(ready_.front());
  ready_.pop_front();
  dirty_.erase(key);
  processing_.insert(key);
  return key;
}

void WorkQueue::wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  const auto changed = [this, seen = changes_] { return changes_ != seen; };
  if (due_.empty()) {
    wake_.wait(lock, stop, changed);
  } else {
    wake_.wait_for(lock, stop, due_.begin()->first - clock_.now(), changed);
  }
}

}  // namespace kube
