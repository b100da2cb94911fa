#include "kube/http/read_response.h"

#include <utility>

namespace kube {
namespace {

constexpr std::size_t max_line = 8U << 20U;
constexpr std::size_t max_error_body = 1U << 20U;

Response response(const Head& head, std::string body) {
  return {head.status, std::move(body), head.retry_after_seconds, head.warnings};
}

}  // namespace

TransportError no_answer(const std::string& server) {
  return TransportError(server + ": no answer within the time allowed");
}

Response read_whole(Connection& connection, const std::string& server, const std::stop_token& stop,
                    Connection::TimePoint deadline) {
  auto received = connection.wait(Connection::Until::End, stop, deadline);
  if (received.failure) throw AttemptFailed(server, *received.failure);
  if (received.ended) return response(*received.head, std::move(received.bytes));
  throw TransportError(server + (stop.stop_requested()
                                     ? ": stopped while waiting for the answer"
                                     : ": no whole answer within the time allowed"));
}

LinesResponse::LinesResponse(std::string server) : server_(std::move(server)), framer_(max_line) {}

void LinesResponse::receive(const Head& head, std::string_view bytes, const LineReaders& readers) {
  if (!std::exchange(is_begun_, true)) readers.on_head(head);
  if (!is_success(head.status)) {
    body_.append(bytes, 0, max_error_body - body_.size());
    return;
  }
  try {
    framer_.feed(bytes, readers.on_line);
  } catch (const LineFramer::TooLong& error) {
    throw TransportError(server_ + ": " + error.what());
  }
}

Response LinesResponse::response(const std::optional<Head>& head) const {
  return kube::response(head.value_or(Head()), body_);
}

Response read_lines(Connection& connection, const std::string& server, const LineReaders& readers,
                    const std::stop_token& stop, std::chrono::milliseconds idle) {
  LinesResponse lines(server);
  while (true) {
    const auto idle_end = std::chrono::steady_clock::now() + idle;
    const auto received = connection.wait(Connection::Until::Anything, stop, idle_end);
    if (stop.stop_requested()) return lines.response(received.head);
    if (!received.head && received.failure) throw AttemptFailed(server, *received.failure);
    if (!received.head && !received.is_new) throw no_answer(server);
    if (!received.head) continue;
    lines.receive(*received.head, received.bytes, readers);
    if (received.ended || !received.is_new) return lines.response(received.head);
  }
}

}  // namespace kube
