#include "kube/http/exchange.h"

#include <utility>

namespace kube {

void Exchange::on_head(Head head) {
  std::unique_lock lock(mutex_);
  news_.head = std::move(head);
  changed(std::move(lock));
}

Exchange::Taken Exchange::on_bytes(std::string_view bytes, std::function<void()> resume) {
  std::unique_lock lock(mutex_);
  if (abandoned_) return Taken::Refused;
  const bool full = news_.bytes.size() + bytes.size() > limit_;
  if (full && overflow_ == Overflow::Refuse) {
    news_.failure = {Failure::Cause::Unusable,
                     "the answer is longer than " + std::to_string(limit_) + " bytes"};
    return Taken::Refused;
  }
  news_.bytes += bytes;
  if (full) resume_ = std::move(resume);
  changed(std::move(lock));
  return full ? Taken::Later : Taken::Now;
}

void Exchange::on_end(std::optional<Failure> failure) {
  std::unique_lock lock(mutex_);
  news_.ended = true;
  if (!news_.failure) news_.failure = std::move(failure);  // the first one is the cause
  changed(std::move(lock));
}

void Exchange::changed(std::unique_lock<std::mutex> lock) {
  ++changes_;
  const bool is_awaited = awaited_ == Until::Anything || news_.ended;
  lock.unlock();
  if (is_awaited) changed_.notify_all();
}

Exchange::News Exchange::wait(Until until, const std::stop_token& stop, TimePoint deadline) {
  std::function<void()> resume;
  News news;
  {
    std::unique_lock lock(mutex_);
    awaited_ = until;
    changed_.wait_until(lock, stop, deadline, [&] {
      return news_.ended || (until == Until::Anything && changes_ != seen_);
    });
    news.is_new = changes_ != seen_;
    seen_ = changes_;
    news.head = news_.head;
    news.ended = news_.ended;
    news.failure = news_.failure;
    if (news_.head) {  // bytes may overtake the head, and mean nothing without it
      news.bytes = std::exchange(news_.bytes, {});
      resume = std::exchange(resume_, nullptr);
    }
  }
  if (resume) resume();
  return news;
}

bool Exchange::abandon() {
  std::function<void()> resume;
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    ended = std::exchange(news_, {}).ended;
    resume = std::exchange(resume_, nullptr);
  }
  if (resume) resume();
  return ended;
}

}  // namespace kube
