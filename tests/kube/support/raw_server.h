#pragma once

#include "kube/support/certificates.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

/// One request as it arrived.
struct Received {
  std::string line;     ///< "GET /path HTTP/1.1"
  std::string headers;  ///< "\r\nName: value\r\n...", as they came
  std::string body;

  /// Of the first such header; empty when there is none.
  std::string header(const std::string& name) const;
};

/// The server's side of one connection. All calls block; a closed connection ends them.
class Peer {
 public:
  virtual ~Peer() = default;
  /// Empty when the client closed the connection.
  virtual std::optional<Received> receive() = 0;
  virtual void send(std::string_view bytes) = 0;
  /// Waits until the client closes; false when it has not within the limit.
  virtual bool wait_for_close(std::chrono::milliseconds limit = std::chrono::minutes(1)) = 0;
  /// No more comes from here, at once.
  virtual void finish() = 0;
  /// The close at the end will be a reset.
  virtual void reset() = 0;
  /// The name that the client asked for in the TLS handshake, and the client certificate's
  /// common name.
  virtual std::string server_name() const = 0;
  virtual std::string client_name() const = 0;
};

struct RawServerOptions {
  std::string address = "127.0.0.1";
  std::optional<Issued> certificate{};       ///< speaks TLS when given
  std::optional<Issued> client_authority{};  ///< and asks for a certificate of this authority
};

/// A server on loopback whose every byte the test writes itself. Each connection is served on a
/// thread of its own; the connection is closed when `serve` returns.
class RawServer {
 public:
  /// `number`: 0 for the first connection, and so on.
  using Serve = std::function<void(Peer& peer, int number)>;

  explicit RawServer(Serve serve, RawServerOptions options = {});
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }
  std::string url() const;
  int connections() const { return connections_; }
  /// Another certificate for the connections to come.
  void present(const Issued& certificate);

 private:
  void accept_all();
  void serve_one(int socket, int number);

  Serve serve_;
  RawServerOptions options_;
  int port_ = 0;
  int listener_ = -1;  ///< made after port_, which it sets
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A whole response with a length.
std::string http_response(const std::string& status, const std::string& body,
                          const std::string& headers = "");
/// The head of a response in chunks, and one chunk.
std::string chunked_head(const std::string& status = "200 OK");
std::string chunk(const std::string& bytes);
inline const std::string last_chunk = "0\r\n\r\n";
