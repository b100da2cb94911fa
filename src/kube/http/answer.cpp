#include "kube/http/answer.h"

#include "kube/http/line_framer.h"

#include <utility>

namespace kube {
namespace {

constexpr std::size_t max_line = 8U << 20U;
constexpr std::size_t max_error_body = 1U << 20U;

Response response(const Head& head, std::string body) {
  return {head.status, std::move(body), head.retry_after_seconds, head.warnings};
}

}  // namespace

Response read_whole(Exchange& exchange, const std::string& server, const std::stop_token& stop,
                    Exchange::TimePoint deadline) {
  auto news = exchange.wait(Exchange::Until::End, stop, deadline);
  if (news.failure) throw AttemptFailed(server, *news.failure);
  if (news.ended) return response(*news.head, std::move(news.bytes));
  throw TransportError(server + (stop.stop_requested()
                                     ? ": stopped while waiting for the answer"
                                     : ": no whole answer within the time allowed"));
}

Response read_lines(Exchange& exchange, const std::string& server, const LineReaders& readers,
                    const std::stop_token& stop, std::chrono::milliseconds idle) {
  LineFramer framer(max_line);
  std::string body;
  bool is_begun = false;
  while (true) {
    const auto idle_end = std::chrono::steady_clock::now() + idle;
    const auto news = exchange.wait(Exchange::Until::Anything, stop, idle_end);
    if (stop.stop_requested()) return response(news.head.value_or(Head()), std::move(body));
    if (!news.head && news.failure) throw AttemptFailed(server, *news.failure);
    if (!news.head && !news.is_new) {
      throw TransportError(server + ": no answer within the time allowed");
    }
    if (!news.head) continue;
    if (!std::exchange(is_begun, true)) readers.on_head(*news.head);
    if (!news.head->is_success()) {
      body.append(news.bytes, 0, max_error_body - body.size());
    } else {
      try {
        framer.feed(news.bytes, readers.on_line);
      } catch (const LineFramer::TooLong& error) {
        throw TransportError(server + ": " + error.what());
      }
    }
    if (news.ended || !news.is_new) return response(*news.head, std::move(body));
  }
}

}  // namespace kube
