#pragma once

#include "kube/http/read_response.h"
#include "kube/http/streams.h"
#include "kube/http/transfer.h"

#include <array>
#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace kube {

/// Streams by libcurl's event interface (curl_multi_socket_action) and epoll: what comes costs no
/// more when there are a thousand others.
class CurlStreams final : public Streams {
 public:
  /// What a request is sent with.
  struct Identity {
    std::vector<std::string> headers;  ///< "Name: value"
    std::string presented;             ///< Tls::presented()
  };
  struct Options {
    Endpoint endpoint;
    /// Called by open(), on its thread. Throws TransportError.
    std::function<Identity()> identity;
    /// Called once for each response.
    std::function<void(const Request&, const Head&)> on_head;
  };
  explicit CurlStreams(Options options);
  ~CurlStreams() override;

  void open(const Request& request, Reader reader, std::chrono::milliseconds idle) override;
  void run(const std::function<std::chrono::milliseconds()>& on_turn,
           const std::stop_token& stop) override;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Group;

  struct Stream {
    Stream(const Endpoint& endpoint, Request request_in, Reader reader_in,
           std::chrono::milliseconds idle_in);
    static int on_connected(void* self, char* peer, char* local, int peer_port, int local_port);

    Request request;
    Reader reader;
    std::chrono::milliseconds idle;  ///< for which nothing may come
    Identity identity{};
    LinesResponse lines;
    Transfer transfer;
    Group* group = nullptr;
    TimePoint idle_end{};
    bool is_connected = false;  ///< its request has been sent
    bool has_news = false;      ///< is in news_
    std::optional<CURLcode> result{};
  };
  using StreamPtr = std::unique_ptr<Stream>;

  /// Streams that may share connections: a connection proves who we are for as long as it lasts,
  /// and one that has fallen silent gets no further streams.
  struct Group {
    CurlStreams* owner = nullptr;
    std::string presented{};
    bool is_silent = false;
    std::size_t streams = 0;
    std::optional<TimePoint> due{};  ///< libcurl's timer
    // Last: its end calls the callbacks.
    std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi{nullptr, curl_multi_cleanup};
  };

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* group, void* data);
  static int on_timer(CURLM* multi, long milliseconds, void* group);

  Group& group_for(const std::string& presented);
  void begin_next();
  void wait(TimePoint until);
  void run_timers();
  void note_ends();
  void deliver_news();
  void deliver(Stream& stream);
  void end_idle(TimePoint now);
  void finish(Stream& stream, const End& end);
  void wake() const;
  TimePoint next_timer(TimePoint at_most) const;

  const Options options_;
  const std::string server_;
  int epoll_ = -1, wake_ = -1;
  std::mutex mutex_;
  std::deque<StreamPtr> opened_;  ///< by open(), and not begun yet
  // Of the thread in run():
  std::list<Group> groups_;
  std::map<curl_socket_t, Group*> sockets_;
  std::map<CURL*, StreamPtr> streams_;
  Stream* connecting_ = nullptr;  ///< that was begun last; null: others may be
  std::vector<Stream*> news_;     ///< something has come, or they have ended
};

}  // namespace kube
