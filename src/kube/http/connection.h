#pragma once

#include "kube/http/transfer.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kube {

/// An HTTP/1.1 connection that is kept between requests, and made anew where the server has closed
/// it. The calling thread moves the bytes, so that a request costs no other thread's time. For one
/// request and one thread at a time.
class Connection {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Connection(const Endpoint& endpoint);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// As Transfer::prepare.
  void begin(const Request& request, const std::vector<std::string>& headers, std::size_t max_body);

  /// What has come since the last wait().
  struct Received {
    std::optional<Head> head{};  ///< once it is known, in every Received
    std::string bytes{};
    bool is_new = false;  ///< something has come
    bool ended = false;
    std::optional<TransferFailure> failure{};
  };
  enum class Until { Anything, End };

  /// Waits for something new (or the end), a stop, or the deadline. Between two waits nothing is
  /// read, which holds back the sender.
  Received wait(Until until, const std::stop_token& stop, TimePoint deadline);

  /// After a deadline has passed: what was sent has not even arrived.
  bool is_unacknowledged() const;

  /// Between two requests: the server has not ended it. libcurl looks for a bare end of the
  /// connection alone, and takes one that has said goodbye before for alive.
  bool is_quiet() const;

  /// Gives up what is under way. The connection is kept where the answer has come whole.
  void end();

 private:
  void look_for_end();

  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  std::unique_ptr<CURLM, FreeMulti> multi_;
  Transfer transfer_;
  bool is_under_way_ = false;
  bool has_told_head_ = false;
  std::optional<CURLcode> result_;
};

/// The connections to one server that are idle: a request takes the one that was used last, so that
/// as few as possible are kept. Safe to share between threads.
class ConnectionPool {
 public:
  explicit ConnectionPool(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  /// Of a request; it goes back into the pool at the end of it.
  class Lease {
   public:
    Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& operator*() { return *connection_; }
    Connection* operator->() { return connection_.get(); }

   private:
    ConnectionPool& pool_;
    std::unique_ptr<Connection> connection_;
  };
  /// Throws ConfigError naming what of the TLS configuration cannot be used.
  Lease take();
  /// Closes what is idle: the server has vanished without a word.
  void clear();

 private:
  void give_back(std::unique_ptr<Connection> connection);

  struct Idle {
    std::unique_ptr<Connection> connection;
    Connection::TimePoint since;
  };
  const Endpoint endpoint_;
  std::mutex mutex_;
  std::vector<Idle> idle_;  ///< in the order of their last use
};

}  // namespace kube
