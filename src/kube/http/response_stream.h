#pragma once

#include "kube/http/response_head.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace kube {

/// The body of one response on its way from the I/O thread to the thread that reads it, with the
/// head, and the end or failure after it: a bounded pipe. Bytes that overtake the head wait for it.
/// The reader may leave at any time, as both sides share ownership. Safe to share between threads.
class ResponseStream {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  enum class Overflow { Refuse, HoldBack };

  /// At most `limit` bytes wait here: more is a failure, or holds back the sender (flow control).
  ResponseStream(std::size_t limit, Overflow overflow) : limit_(limit), overflow_(overflow) {}

  /// What the I/O thread is to do with the bytes that follow.
  enum class Flow { Continue, Pause, Stop };

  // The I/O thread's side; none of these waits.
  void on_head(Head head);
  /// `Pause`: the bytes are in, but no more may come until `resume` is called.
  Flow on_bytes(std::string_view bytes, std::function<void()> resume);
  void on_end(std::optional<TransferFailure> failure);

  /// What has come since the last wait().
  struct Received {
    std::optional<Head> head;  ///< once it is known, in every Received
    std::string bytes;
    bool is_new = false;  ///< something has come
    bool ended = false;
    std::optional<TransferFailure> failure;
  };
  enum class Until { Anything, End };

  /// Waits for something new (or the end), a stop, or the deadline; makes room for more bytes.
  Received wait(Until until, const std::stop_token& stop, TimePoint deadline);
  /// The reader leaves: what comes now is dropped. True when the end has come already.
  bool abandon();

 private:
  void changed(std::unique_lock<std::mutex> lock);

  const std::size_t limit_;
  const Overflow overflow_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  unsigned changes_ = 0;
  unsigned seen_ = 0;
  bool abandoned_ = false;
  Until awaited_ = Until::Anything;  ///< whoever waits for the end is not woken before it
  Received received_;
  std::function<void()> resume_;
};

}  // namespace kube
