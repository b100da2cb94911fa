#pragma once

#include "kube/http/connection.h"
#include "kube/http/line_framer.h"
#include "kube/http/request.h"
#include "kube/http/transport.h"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace kube {

/// A request failed without a (whole) response; `cause` decides whether it may be sent again.
struct AttemptFailed : TransportError {
  AttemptFailed(const std::string& server, const TransferFailure& failure)
      : TransportError(server + ": " + failure.text), cause(failure.cause) {}
  TransferFailure::Cause cause;
};

/// No head of a response has come for too long.
TransportError no_answer(const std::string& server);

/// Waits for the whole answer. Throws AttemptFailed, and TransportError for a stop or the deadline;
/// `server` begins their messages.
Response read_whole(Connection& connection, const std::string& server, const std::stop_token& stop,
                    Connection::TimePoint deadline);

struct LineReaders {
  const std::function<void(const Head&)>& on_head;  ///< once
  const std::function<void(std::string_view)>& on_line;
};

/// The response to a request for lines, while it comes.
class LinesResponse {
 public:
  /// `server` begins the messages of errors.
  explicit LinesResponse(std::string server);
  /// What has come of the body; of one that is no success it is kept. Throws TransportError for a
  /// line that is too long, and what a reader throws.
  void receive(const Head& head, std::string_view bytes, const LineReaders& readers);
  /// As it is now. A status of 0 without a head.
  Response response(const std::optional<Head>& head) const;

 private:
  std::string server_;
  LineFramer framer_;
  std::string body_;
  bool is_begun_ = false;
};

/// Hands over lines as Transport::stream describes it.
Response read_lines(Connection& connection, const std::string& server, const LineReaders& readers,
                    const std::stop_token& stop, std::chrono::milliseconds idle);

}  // namespace kube
