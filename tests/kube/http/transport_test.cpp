#include "kube/http/transport.h"

#include "kube/http/error.h"
#include "kube/support/raw_server.h"
#include "support/folder.h"

#include <catch2/catch.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <future>
#include <sstream>

namespace kube {
namespace {

using namespace std::chrono_literals;

constexpr auto moment = 50ms;  ///< a limit that is meant to pass
constexpr auto timeout = 60s;  ///< a limit that is not
const std::stop_token never;

std::unique_ptr<Transport> transport_to(const RawServer& server) {
  return make_transport({.server = server.url()});
}

/// What arrived at a server, over all its connections.
class Requests {
 public:
  void add(const Received& received) {
    const std::lock_guard lock(mutex_);
    all_.push_back(received);
  }
  std::vector<Received> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Received> all_;
};

/// Answers every request with the same bytes.
RawServer::Serve always(std::string answer, Requests& requests) {
  return [answer = std::move(answer), &requests](Peer& peer, int) {
    while (const auto received = peer.receive()) {
      requests.add(*received);
      peer.send(answer);
    }
  };
}

/// Sends each piece by itself and waits for the client to go.
RawServer::Serve pieces(std::vector<std::string> texts) {
  return [texts = std::move(texts)](Peer& peer, int) {
    while (peer.receive()) {
      for (const auto& text : texts)
        peer.send(text);
    }
  };
}

const Request get{.path = "/api/v1/pods"};
const Request patch{.method = Method::Patch,
                    .path = "/api/v1/namespaces/ns/pods/p",
                    .query = {{"fieldManager", "a b"}},
                    .content_type = "application/apply-patch+yaml",
                    .body = R"({"a":1})"};

std::vector<std::string> lines_of(Transport& transport) {
  std::vector<std::string> lines;
  transport.stream(
      get, [&](std::string_view line) { lines.emplace_back(line); }, never, timeout);
  return lines;
}

std::string error_of(Transport& transport, const Request& request,
                     std::chrono::milliseconds total = timeout) {
  try {
    const auto response = transport.send(request, never, total);
    return "answered " + std::to_string(response.status);
  } catch (const TransportError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a request arrives as it was asked for") {
  Requests requests;
  const RawServer server(always(http_response("200 OK", R"({"ok":true})"), requests));
  const auto response = transport_to(server)->send(patch, never, timeout);
  CHECK(response.status == 200);
  CHECK(response.body == R"({"ok":true})");

  const auto received = requests.all().at(0);
  CHECK(received.line == "PATCH /api/v1/namespaces/ns/pods/p?fieldManager=a%20b HTTP/1.1");
  CHECK(received.body == R"({"a":1})");
  CHECK(received.header("Content-Type") == "application/apply-patch+yaml");
  CHECK(received.header("Content-Length") == "7");
  CHECK(received.header("Accept") == "application/json, */*");
  CHECK(received.header("User-Agent") == "gradient-operator/" PROJECT_VERSION);
  CHECK(received.header("Host") == "127.0.0.1:" + std::to_string(server.port()));
  CHECK(received.header("Authorization").empty());
}

TEST_CASE("the server's path prefix comes before every path") {
  Requests requests;
  const RawServer server(always(http_response("200 OK", "{}"), requests));
  make_transport({.server = server.url() + "/k8s/clusters/c-1/"})->send(get, never, timeout);
  CHECK(requests.all().at(0).line == "GET /k8s/clusters/c-1/api/v1/pods HTTP/1.1");
}

TEST_CASE("a connection is used again") {
  Requests requests;
  const RawServer server(always(http_response("200 OK", "{}"), requests));
  const auto transport = transport_to(server);
  for (int i = 0; i < 20; ++i)
    transport->send(get, never, timeout);
  CHECK(requests.all().size() == 20);
  CHECK(server.connections() <= 2);  // the first may go back to the pool a moment late
}

TEST_CASE("a body comes whole, with a length, in chunks, or until the connection ends") {
  const auto answer = GENERATE(values<std::vector<std::string>>({
      {http_response("200 OK", "abcdef")},
      {chunked_head(), chunk("ab"), chunk("cde"), chunk("f"), last_chunk},
      {"HTTP/1.0 200 OK\r\n\r\nabcdef"},
  }));
  const RawServer server([answer](Peer& peer, int) {
    peer.receive();
    for (const auto& piece : answer)
      peer.send(piece);
  });
  CHECK(transport_to(server)->send(get, never, timeout).body == "abcdef");
}

TEST_CASE("users and groups to impersonate get a header each") {
  Requests requests;
  const RawServer server(always(http_response("200 OK", "{}"), requests));
  make_transport({.server = server.url(),
                  .impersonate_user = "jane",
                  .impersonate_groups = {"developers", "admins"}})
      ->send(get, never, timeout);
  const auto received = requests.all().at(0);
  CHECK(received.header("Impersonate-User") == "jane");
  CHECK(
      received.headers.find("\r\nImpersonate-Group: developers\r\nImpersonate-Group: admins\r\n") !=
      std::string::npos);
}

TEST_CASE("an http proxy gets the whole URL") {
  Requests requests;
  const RawServer proxy(always(http_response("200 OK", "{}"), requests));
  make_transport({.server = "http://api.example:8080", .proxy_url = proxy.url()})
      ->send(get, never, timeout);
  CHECK(requests.all().at(0).line == "GET http://api.example:8080/api/v1/pods HTTP/1.1");
}

// Watch framing.

TEST_CASE("events arrive whole wherever a chunk ends") {
  const std::string text = "{\"a\":1}\n{\"b\":\"\xE2\x82\xAC\"}\r\n{\"c\":3}\n";
  const RawServer server([text](Peer& peer, int) {
    for (std::size_t cut = 1; peer.receive(); ++cut) {
      peer.send(chunked_head());
      peer.send(chunk(text.substr(0, cut)));
      peer.send(chunk(text.substr(cut)));
      peer.send(last_chunk);
    }
  });
  const auto transport = transport_to(server);
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    CAPTURE(cut);
    CHECK(lines_of(*transport) ==
          std::vector<std::string>{"{\"a\":1}", "{\"b\":\"\xE2\x82\xAC\"}", "{\"c\":3}"});
  }
}

TEST_CASE("events arrive whole wherever a packet ends") {
  const auto wire =
      chunked_head() + chunk("{\"a\":1}\n{\"b\":2}\n") + chunk("{\"c\":3}\n") + last_chunk;
  const RawServer server([wire](Peer& peer, int) {
    for (std::size_t cut = 1; peer.receive(); ++cut) {
      peer.send(wire.substr(0, cut));
      peer.send(wire.substr(cut));
    }
  });
  const auto transport = transport_to(server);
  for (std::size_t cut = 1; cut < wire.size(); ++cut) {
    CAPTURE(cut);
    CHECK(lines_of(*transport) == std::vector<std::string>{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"});
  }
}

TEST_CASE("an event is handed over before the next one comes") {
  const auto head = GENERATE(as<std::string>(), chunked_head(), "HTTP/1.1 200 OK\r\n\r\n");
  const bool is_chunked = head == chunked_head();
  const RawServer server([&](Peer& peer, int) {
    peer.receive();
    peer.send(head);
    peer.send(is_chunked ? chunk("{}\n") : "{}\n");
    peer.wait_for_close();
  });
  std::stop_source stop;
  std::vector<std::string> lines;
  const auto response = transport_to(server)->stream(
      get,
      [&](std::string_view line) {
        lines.emplace_back(line);
        stop.request_stop();
      },
      stop.get_token(), timeout);
  CHECK(response.status == 200);
  CHECK(lines == std::vector<std::string>{"{}"});
}

TEST_CASE("an event that the stream ends in is not handed over") {
  const RawServer server(pieces({chunked_head(), chunk("{\"a\":1}\n{\"b\""), last_chunk}));
  CHECK(lines_of(*transport_to(server)) == std::vector<std::string>{"{\"a\":1}"});
}

TEST_CASE("a refused watch comes back with its body and no lines") {
  const RawServer server(pieces({http_response("410 Gone", "{\"kind\":\"Status\"}\n")}));
  std::vector<std::string> lines;
  const auto response = transport_to(server)->stream(
      get, [&](std::string_view line) { lines.emplace_back(line); }, never, timeout);
  CHECK(response.status == 410);
  CHECK(response.body == "{\"kind\":\"Status\"}\n");
  CHECK(lines.empty());
}

TEST_CASE("a line of more than 8 MiB ends the watch") {
  const RawServer server([](Peer& peer, int) {
    peer.receive();
    peer.send(chunked_head());
    const auto piece = chunk(std::string(1U << 20U, 'x'));
    for (int i = 0; i < 9; ++i)
      peer.send(piece);
    peer.wait_for_close();
  });
  CHECK_THROWS_WITH(lines_of(*transport_to(server)),
                    server.url() + ": a line of the stream is longer than 8388608 bytes");
}

TEST_CASE("an exception of the consumer ends the watch and the connection") {
  std::promise<bool> closed;
  const RawServer server([&](Peer& peer, int) {
    peer.receive();
    peer.send(chunked_head() + chunk("{}\n"));
    closed.set_value(peer.wait_for_close());
  });
  const auto transport = transport_to(server);
  CHECK_THROWS_WITH(
      transport->stream(
          get, [](std::string_view) { throw std::runtime_error("enough"); }, never, timeout),
      "enough");
  CHECK(closed.get_future().get());
}

// Time.

TEST_CASE("a silent watch ends after its idle time") {
  std::promise<bool> closed;
  const RawServer server([&](Peer& peer, int) {
    peer.receive();
    peer.send(chunked_head());
    closed.set_value(peer.wait_for_close());
  });
  const auto response = transport_to(server)->stream(
      get, [](std::string_view) {}, never, moment);
  CHECK(response.status == 200);
  CHECK(closed.get_future().get());
}

TEST_CASE("a watch that is not answered fails after its idle time") {
  const RawServer server([](Peer& peer, int) { peer.wait_for_close(); });
  const auto transport = transport_to(server);
  CHECK_THROWS_WITH(transport->stream(
                        get, [](std::string_view) {}, never, moment),
                    server.url() + ": no answer within the time allowed");
}

TEST_CASE("a call ends in time though the server goes on byte by byte") {
  const RawServer server([](Peer& peer, int) {
    peer.receive();
    peer.send(chunked_head());
    while (!peer.wait_for_close(5ms))
      peer.send(chunk("x"));
  });
  CHECK(error_of(*transport_to(server), get, moment) ==
        server.url() + ": no whole answer within the time allowed");
}

TEST_CASE("a stop ends a call that waits") {
  std::stop_source stop;
  const RawServer server([&](Peer& peer, int) {
    peer.receive();
    stop.request_stop();
    peer.wait_for_close();
  });
  CHECK_THROWS_WITH(transport_to(server)->send(get, stop.get_token(), timeout),
                    server.url() + ": stopped while waiting for the answer");
}

TEST_CASE("a stop ends a watch that waits") {
  std::stop_source stop;
  const RawServer server([&](Peer& peer, int) {
    peer.receive();
    peer.send(chunked_head());
    stop.request_stop();
    peer.wait_for_close();
  });
  CHECK_NOTHROW(transport_to(server)->stream(
      get, [](std::string_view) {}, stop.get_token(), timeout));
}

// Failures.

TEST_CASE("a server that is not there is named") {
  int port = 0;
  {
    const RawServer gone([](Peer&, int) {});
    port = gone.port();
  }
  const auto url = "http://127.0.0.1:" + std::to_string(port);
  CHECK(error_of(*make_transport({.server = url}), get) ==
        url + ": cannot connect: Connection refused");
}

TEST_CASE("a host name without an address is named") {
  CHECK(error_of(*make_transport({.server = "http://no.such.host.invalid:1"}), get) ==
        "http://no.such.host.invalid:1: the host name cannot be resolved");
}

TEST_CASE("a redirect is not followed") {
  Requests elsewhere;
  const RawServer other(always(http_response("200 OK", "{}"), elsewhere));
  const auto status = GENERATE(as<std::string>(), "301 Moved Permanently", "302 Found",
                               "307 Temporary Redirect", "308 Permanent Redirect");
  Requests requests;
  const RawServer server(
      always(http_response(status, "", "Location: " + other.url() + "/\r\n"), requests));
  const auto response =
      make_transport({.server = server.url(), .token = "secret"})->send(get, never, timeout);
  CHECK(std::to_string(response.status) == status.substr(0, 3));
  CHECK(other.connections() == 0);
}

TEST_CASE("a GET is sent once more when the connection breaks") {
  Requests requests;
  const RawServer server([&](Peer& peer, int number) {
    const auto received = peer.receive();
    if (!received) return;
    requests.add(*received);
    if (number == 0) {
      peer.reset();
    } else {
      peer.send(http_response("200 OK", "{}"));
    }
  });
  CHECK(transport_to(server)->send(get, never, timeout).status == 200);
  CHECK(requests.all().size() == 2);
}

TEST_CASE("a GET is not sent a third time") {
  const RawServer server([](Peer& peer, int) {
    peer.receive();
    peer.reset();
  });
  CHECK(error_of(*transport_to(server), get) ==
        server.url() + ": the connection broke (Recv failure: Connection reset by peer)");
  CHECK(server.connections() == 2);
}

TEST_CASE("a request that changes something is never sent twice") {
  const RawServer server([](Peer& peer, int) {
    peer.receive();
    peer.reset();
  });
  CHECK(error_of(*transport_to(server), patch) ==
        server.url() + ": the connection broke (Recv failure: Connection reset by peer)");
  CHECK(server.connections() == 1);
}

TEST_CASE("nor is it where the connection that breaks is one that was kept") {
  Requests requests;
  const RawServer server([&](Peer& peer, int) {
    while (const auto received = peer.receive()) {
      requests.add(*received);
      if (requests.all().size() == 2) return peer.reset();
      peer.send(http_response("200 OK", "{}"));
    }
  });
  const auto transport = transport_to(server);
  transport->send(patch, never, timeout);
  CHECK(error_of(*transport, patch) == server.url() + ": the connection broke (before the answer)");
  CHECK(requests.all().size() == 2);
  CHECK(transport->send(patch, never, timeout).status == 200);
}

TEST_CASE("a pooled connection that the server closed meanwhile costs no request") {
  Requests requests;
  std::promise<void> finished;
  const RawServer server([&](Peer& peer, int number) {
    const auto received = peer.receive();
    if (!received) return;
    requests.add(*received);
    peer.send(http_response("200 OK", "{}"));
    if (number > 0) return;
    peer.finish();
    finished.set_value();
  });
  const auto transport = transport_to(server);
  transport->send(patch, never, timeout);
  finished.get_future().wait();
  CHECK(transport->send(patch, never, timeout).status == 200);
  CHECK(requests.all().size() == 2);
}

TEST_CASE("a reset at any stage is an error and nothing worse") {
  struct Case {
    std::string before;
    std::string error;
  };
  const auto sample = GENERATE(values<Case>({
      {"", "Empty reply from server"},
      {"HTT", "Empty reply from server"},
      {"HTTP/1.1 200 OK\r\nContent-Le", "in the head of the answer"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
       "transfer closed with 7 bytes remaining to read"},
      {chunked_head(), "transfer closed with outstanding read data remaining"},
      {chunked_head() + "f\r\nabc", "transfer closed with outstanding read data remaining"},
      {chunked_head() + chunk("abc") + "5", "transfer closed with outstanding read data remaining"},
      {chunked_head() + "zzz\r\n", "Illegal or missing hexadecimal sequence in chunked-encoding"},
  }));
  CAPTURE(sample.before);
  const RawServer server([&](Peer& peer, int) {
    peer.receive();
    peer.send(sample.before);
    peer.finish();
  });
  CHECK(error_of(*transport_to(server), patch) ==
        server.url() + ": the connection broke (" + sample.error + ")");
}

TEST_CASE("what is no HTTP is an error") {
  const RawServer server(pieces({"SSH-2.0-OpenSSH_9.2 hello\r\n\r\n"}));
  CHECK(error_of(*transport_to(server), patch) ==
        server.url() + ": the connection broke (Received HTTP/0.9 when not allowed)");
}

TEST_CASE("a watch that breaks off has ended") {
  const RawServer server([](Peer& peer, int) {
    peer.receive();
    peer.send(chunked_head() + chunk("{\"a\":1}\n") + "f\r\nabc");
    peer.finish();
  });
  CHECK(lines_of(*transport_to(server)) == std::vector<std::string>{"{\"a\":1}"});
}

TEST_CASE("many calls at once, some given up, leave the transport usable") {
  Requests requests;
  const RawServer server(always(http_response("200 OK", "{}"), requests));
  const auto transport = transport_to(server);
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 40; ++i) {
          std::stop_source stop;
          const bool give_up = (i + thread) % 4 == 0;
          if (give_up) stop.request_stop();
          try {
            transport->send(get, stop.get_token(), timeout);
            ++answered;
          } catch (const TransportError&) {
            if (!give_up) --answered;
          }
        }
      });
    }
  }
  CHECK(answered >= 8 * 30);
  CHECK(transport->send(get, never, timeout).status == 200);
}

// Headers that matter.

TEST_CASE("Retry-After and warnings come with the response, and a warning is logged once") {
  std::ostringstream log;
  const auto former = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  spdlog::set_pattern("%v");
  Requests requests;
  const RawServer server(
      always(http_response("429 Too Many Requests", "{}",
                           "Retry-After: 7\r\nWarning: 299 - \"unknown field \\\"spec.x\\\"\"\r\n"
                           "Warning: 299 - \"old, and gone\"\r\n"),
             requests));
  const auto transport = transport_to(server);
  transport->send(get, never, timeout);
  const auto response = transport->send(get, never, timeout);
  spdlog::set_default_logger(former);
  CHECK(response.status == 429);
  CHECK(response.retry_after_seconds == 7);
  CHECK(response.warnings == std::vector<std::string>{"unknown field \"spec.x\"", "old, and gone"});
  CHECK(log.str() ==
        "the API server warns text=\"unknown field \"spec.x\"\"\n"
        "the API server warns text=\"old, and gone\"\n");
}

// Credentials.

TEST_CASE("a refused token is read again, and the request sent once more") {
  const Folder folder;
  const auto path = folder.write("token", "first\n");
  Requests requests;
  const RawServer server([&](Peer& peer, int) {
    while (const auto received = peer.receive()) {
      requests.add(*received);
      const bool is_good = received->header("Authorization") == "Bearer second";
      if (!is_good) folder.write("token", "second\n");
      peer.send(http_response(is_good ? "200 OK" : "401 Unauthorized", "{}"));
    }
  });
  const auto transport = make_transport({.server = server.url(), .token_file = path});
  CHECK(transport->send(patch, never, timeout).status == 200);
  CHECK(requests.all().at(0).header("Authorization") == "Bearer first");
  CHECK(requests.all().at(1).header("Authorization") == "Bearer second");
  CHECK(transport->send(patch, never, timeout).status == 200);
  CHECK(requests.all().size() == 3);
}

TEST_CASE("a token that stays refused is not tried twice") {
  Requests requests;
  const RawServer server(always(http_response("401 Unauthorized", "{}"), requests));
  const auto transport = make_transport({.server = server.url(), .token = "wrong"});
  CHECK(transport->send(get, never, timeout).status == 401);
  CHECK(requests.all().size() == 1);
}

TEST_CASE("a missing token file is named") {
  const auto transport =
      make_transport({.server = "http://127.0.0.1:1", .token_file = "/no/such/token"});
  CHECK(error_of(*transport, get) ==
        "http://127.0.0.1:1: tokenFile: /no/such/token: No such file or directory");
}

TEST_CASE("a server's address that makes no sense is refused at once") {
  CHECK_THROWS_WITH(make_transport({.server = "ftp://a"}),
                    "server: must begin with https:// or http://");
}

}  // namespace kube
