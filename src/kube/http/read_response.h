#pragma once

#include "kube/http/connection.h"
#include "kube/http/request.h"
#include "kube/http/transport.h"

#include <chrono>
#include <functional>
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

/// Waits for the whole answer. Throws AttemptFailed, and TransportError for a stop or the deadline;
/// `server` begins their messages.
Response read_whole(Connection& connection, const std::string& server, const std::stop_token& stop,
                    Connection::TimePoint deadline);

struct LineReaders {
  const std::function<void(const Head&)>& on_head;  ///< once
  const std::function<void(std::string_view)>& on_line;
};

/// Hands over lines as Transport::stream describes it.
Response read_lines(Connection& connection, const std::string& server, const LineReaders& readers,
                    const std::stop_token& stop, std::chrono::milliseconds idle);

}  // namespace kube
