#include "kube/http/read_response.h"

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

Response read_whole(Connection& connection, const std::string& server, const std::stop_token& stop,
                    Connection::TimePoint deadline) {
  auto received = connection.wait(Connection::Until::End, stop, deadline);
  if (received.failure) throw AttemptFailed(server, *received.failure);
  if (received.ended) return response(*received.head, std::move(received.bytes));
  throw TransportError(server + (stop.stop_requested()
                                     ? ": stopped while waiting for the answer"
                                     : ": no whole answer within the time allowed"));
}

Response read_lines(Connection& connection, const std::string& server, const LineReaders& readers,
                    const std::stop_token& stop, std::chrono::milliseconds idle) {
  LineFramer framer(max_line);
  std::string body;
  bool is_begun = false;
  while (true) {
    const auto idle_end = std::chrono::steady_clock::now() + idle;
    const auto received = connection.wait(Connection::Until::Anything, stop, idle_end);
    if (stop.stop_requested()) return response(received.head.value_or(Head()), std::move(body));
    if (!received.head && received.failure) throw AttemptFailed(server, *received.failure);
    if (!received.head && !received.is_new) {
      throw TransportError(server + ": no answer within the time allowed");
    }
    if (!received.head) continue;
    if (!std::exchange(is_begun, true)) readers.on_head(*received.head);
    if (!is_success(received.head->status)) {
      body.append(received.bytes, 0, max_error_body - body.size());
    } else {
      try {
        framer.feed(received.bytes, readers.on_line);
      } catch (const LineFramer::TooLong& error) {
        throw TransportError(server + ": " + error.what());
      }
    }
    if (received.ended || !received.is_new) return response(*received.head, std::move(body));
  }
}

}  // namespace kube
