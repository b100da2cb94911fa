#pragma once

#include "kube/config/config.h"
#include "kube/http/request.h"
#include "kube/http/streams.h"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string_view>

namespace kube {

/// No response was received: refused, reset, timed out, not trusted, stopped. The message names the
/// server and the cause, no credential.
struct TransportError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The transport (Go's http.RoundTripper): the API server, as seen by everything above. Blocking;
/// safe to share between threads. Two implementations: libcurl, and the tests' scripts.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Sends and waits for the whole response, at most `total`. Throws TransportError. Follows no
  /// redirect. Sends again only what the server has not acted on (the answer was 401, and there are
  /// newer credentials) and, once, a GET whose connection broke. So a write whose answer is lost is
  /// never repeated.
  virtual Response send(const Request& request, const std::stop_token& stop,
                        std::chrono::milliseconds total = std::chrono::seconds(30)) = 0;

  /// Hands every line of a streamed response to `on_line` (without the newline, on the calling
  /// thread) until the stream ends, nothing at all arrives for `idle`, `on_line` throws, or a stop
  /// is asked for. Returns normally for the first, second and fourth; a non-2xx status comes back
  /// with its body and no lines. A line longer than 8 MiB, or no response: TransportError.
  virtual Response stream(const Request& request,
                          const std::function<void(std::string_view)>& on_line,
                          const std::stop_token& stop, std::chrono::milliseconds idle) = 0;

  /// For many such streams at the same time. The transport has to outlive them.
  virtual std::unique_ptr<Streams> make_streams() = 0;
};

/// HTTP/1.1 over TLS that trusts the cluster's CA only, and HTTP/2 for make_streams(). Credentials
/// are re-read as `config` says; after a 401 they are refreshed once and the request is sent again.
/// Throws ConfigError when the configuration asks for something unsupported.
std::unique_ptr<Transport> make_transport(const ClusterConfig& config);

}  // namespace kube
