#include "kube/http/error.h"
#include "kube/http/streams.h"
#include "kube/http/transport.h"
#include "kube/support/raw_server.h"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace kube {
namespace {

using namespace std::chrono_literals;

constexpr auto timeout = 60s;

/// Streams of a transport, read on a thread of their own, and what came of each.
class Reading {
 public:
  explicit Reading(const std::string& url)
      : transport_(make_transport({.server = url})),
        streams_(transport_->make_streams()),
        thread_([this](const std::stop_token& stop) {
          streams_->run(
              [this] {
                const std::lock_guard lock(mutex_);
                ++turns_;
                return std::chrono::milliseconds(1000);
              },
              stop);
        }) {}

  using OnLine = std::function<void(std::string_view)>;
  void open(const std::string& name, std::chrono::milliseconds idle = timeout,
            OnLine on_line = {}) {
    streams_->open({.path = "/" + name},
                   {.on_line =
                        [this, name, on_line](std::string_view line) {
                          note(name + ": " + std::string(line));
                          if (on_line) on_line(line);
                        },
                    .on_end = [this, name](const Streams::End& end) { note_end(name, end); }},
                   idle);
  }
  /// What came, in order, once there is one that begins like this; fails the test when it does not
  /// come.
  std::vector<std::string> until(const std::string& last) {
    std::unique_lock lock(mutex_);
    const bool came = came_.wait_for(
        lock, timeout, [&] { return !notes_.empty() && notes_.back().starts_with(last); });
    INFO(last);
    CHECK(came);
    return notes_;
  }

 private:
  void note(const std::string& text) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(text);
    came_.notify_all();
  }
  void note_end(const std::string& name, const Streams::End& end) {
    if (!end.failure) {
      return note(name + " ends: " + std::to_string(end.response.status) + " " + end.response.body);
    }
    try {
      std::rethrow_exception(end.failure);
    } catch (const std::exception& error) {
      note(name + " fails: " + error.what());
    }
  }

  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Streams> streams_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> notes_;
  int turns_ = 0;
  std::jthread thread_;
};

std::string path_of(const Received& received) {
  const auto begin = received.line.find('/') + 1;
  return received.line.substr(begin, received.line.find_first_of(" ?", begin) - begin);
}

/// Sends these pieces to whoever asks, each by itself.
RawServer::Serve pieces(std::vector<std::string> texts) {
  return [texts = std::move(texts)](Peer& peer, int) {
    while (peer.receive())
      for (const auto& text : texts)
        peer.send(text);
  };
}

}  // namespace

TEST_CASE("lines of many streams come as they are sent, however long others are silent") {
  const RawServer server([](Peer& peer, int) {
    const auto received = peer.receive();
    if (!received) return;
    peer.send(chunked_head());
    const auto name = path_of(*received);
    if (name.starts_with("silent")) {
      peer.wait_for_close();
      return;
    }
    peer.send(chunk("{\"of\":"));
    peer.send(chunk("\"" + name + "\"}\nrest"));
    peer.send(last_chunk);
  });
  Reading reading(server.url());
  for (int i = 0; i < 20; ++i)
    reading.open("silent" + std::to_string(i));
  reading.open("a");
  CHECK(reading.until("a ends: 200 ") ==
        std::vector<std::string>{"a: {\"of\":\"a\"}", "a ends: 200 "});
  reading.open("b");
  reading.until("b ends: 200 ");
}

TEST_CASE("a stream that is refused ends with its body and no lines") {
  const RawServer server(pieces({http_response("410 Gone", "{\"kind\":\"Status\"}\n")}));
  Reading reading(server.url());
  reading.open("a");
  CHECK(reading.until("a ends: 410 {\"kind\":\"Status\"}\n").size() == 1);
}

TEST_CASE("what a reader throws ends its stream and closes it, and no other") {
  std::promise<bool> closed;
  const RawServer server([&](Peer& peer, int) {
    const auto received = peer.receive();
    if (!received) return;
    peer.send(chunked_head() + chunk("{}\n"));
    const bool is_closed = peer.wait_for_close();
    if (path_of(*received) == "a") closed.set_value(is_closed);
  });
  Reading reading(server.url());
  reading.open("b");
  reading.until("b: {}");
  reading.open("a", timeout, [](std::string_view) { throw std::runtime_error("enough"); });
  CHECK(reading.until("a fails: enough") ==
        std::vector<std::string>{"b: {}", "a: {}", "a fails: enough"});
  CHECK(closed.get_future().get());
}

TEST_CASE("a stream on which nothing comes ends when its time is over") {
  const auto head = GENERATE(as<std::string>(), "", chunked_head());
  const RawServer server([&](Peer& peer, int) {
    peer.receive();
    peer.send(head);
    peer.wait_for_close();
  });
  Reading reading(server.url());
  reading.open("a", 50ms);
  reading.until(head.empty() ? "a fails: " + server.url() + ": no answer within the time allowed"
                             : "a ends: 200 ");
}

TEST_CASE("a stream that breaks off after its head has ended, and before it has failed") {
  const RawServer server([](Peer& peer, int) {
    const auto received = peer.receive();
    if (!received) return;
    if (path_of(*received) == "late") peer.send(chunked_head() + chunk("{}\n"));
    peer.reset();
  });
  Reading reading(server.url());
  reading.open("late");
  CHECK(reading.until("late ends: 200 ") ==
        std::vector<std::string>{"late: {}", "late ends: 200 "});
  reading.open("early");
  reading.until("early fails: " + server.url() + ": the connection broke (");
}

TEST_CASE("a line of more than 8 MiB is the end of its stream") {
  const RawServer server([](Peer& peer, int) {
    peer.receive();
    peer.send(chunked_head());
    for (int i = 0; i < 9; ++i)
      peer.send(chunk(std::string(1U << 20U, 'x')));
    peer.wait_for_close();
  });
  Reading reading(server.url());
  reading.open("a");
  reading.until("a fails: " + server.url() + ": a line of the stream is longer than 8388608 bytes");
}

TEST_CASE("streams that are open end with their reader") {
  std::promise<bool> closed;
  const RawServer server([&](Peer& peer, int) {
    peer.receive();
    peer.send(chunked_head() + chunk("{}\n"));
    closed.set_value(peer.wait_for_close());
  });
  {
    Reading reading(server.url());
    reading.open("a");
    reading.until("a: {}");
  }
  CHECK(closed.get_future().get());
}

}  // namespace kube
