#include "kube/http/response_stream.h"

#include <utility>

namespace kube {

void ResponseStream::on_head(Head head) {
  std::unique_lock lock(mutex_);
  received_.head = std::move(head);
  changed(std::move(lock));
}

ResponseStream::Flow ResponseStream::on_bytes(std::string_view bytes,
                                              std::function<void()> resume) {
  std::unique_lock lock(mutex_);
  if (abandoned_) return Flow::Stop;
  const bool full = received_.bytes.size() + bytes.size() > limit_;
  if (full && overflow_ == Overflow::Refuse) {
    received_.failure = {TransferFailure::Cause::Unusable,
                         "the answer is longer than " + std::to_string(limit_) + " bytes"};
    return Flow::Stop;
  }
  received_.bytes += bytes;
  if (full) resume_ = std::move(resume);
  changed(std::move(lock));
  return full ? Flow::Pause : Flow::Continue;
}

void ResponseStream::on_end(std::optional<TransferFailure> failure) {
  std::unique_lock lock(mutex_);
  received_.ended = true;
  if (!received_.failure) received_.failure = std::move(failure);  // the first one is the cause
  changed(std::move(lock));
}

void ResponseStream::changed(std::unique_lock<std::mutex> lock) {
  ++changes_;
  const bool is_awaited = awaited_ == Until::Anything || received_.ended;
  lock.unlock();
  if (is_awaited) changed_.notify_all();
}

ResponseStream::Received ResponseStream::wait(Until until, const std::stop_token& stop,
                                              TimePoint deadline) {
  std::function<void()> resume;
  Received received;
  {
    std::unique_lock lock(mutex_);
    awaited_ = until;
    changed_.wait_until(lock, stop, deadline, [&] {
      return received_.ended || (until == Until::Anything && changes_ != seen_);
    });
    received.is_new = changes_ != seen_;
    seen_ = changes_;
    received.head = received_.head;
    received.ended = received_.ended;
    received.failure = received_.failure;
    if (received_.head) {  // bytes may overtake the head, and mean nothing without it
      received.bytes = std::exchange(received_.bytes, {});
      resume = std::exchange(resume_, nullptr);
    }
  }
  if (resume) resume();
  return received;
}

bool ResponseStream::abandon() {
  std::function<void()> resume;
  bool ended = false;
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    ended = std::exchange(received_, {}).ended;
    resume = std::exchange(resume_, nullptr);
  }
  if (resume) resume();
  return ended;
}

}  // namespace kube
