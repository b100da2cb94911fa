#pragma once

#include "kube/http/request.h"

#include <chrono>
#include <exception>
#include <functional>
#include <stop_token>
#include <string_view>

namespace kube {

/// Streams of lines, as watches are, that one thread reads: however many there are, they take no
/// other thread, and with HTTP/2 one connection for a hundred of them. open() is for any thread.
class Streams {
 public:
  Streams() = default;
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  virtual ~Streams() = default;

  /// What Transport::stream() would return, or throw.
  struct End {
    Response response;
    std::exception_ptr failure;  ///< null: there is a response
  };
  /// Called on the thread of run().
  struct Reader {
    /// Of a line without its newline. What it throws ends the stream, and is its End::failure.
    std::function<void(std::string_view)> on_line;
    /// Once, unless a stop comes first. May open() streams.
    std::function<void(const End&)> on_end;
  };

  /// Waits for credentials at most, such as a plugin's. Throws TransportError without them.
  /// Otherwise as Transport::stream(): see there for `idle`.
  virtual void open(const Request& request, Reader reader, std::chrono::milliseconds idle) = 0;

  /// Reads until a stop. `on_turn` is called after whatever has come, and says after how long at
  /// the latest it is to be called again. For one thread.
  virtual void run(const std::function<std::chrono::milliseconds()>& on_turn,
                   const std::stop_token& stop) = 0;
};

}  // namespace kube
