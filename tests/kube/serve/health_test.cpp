#include "kube/serve/health.h"

#include "kube/serve/metrics.h"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <atomic>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

/// A connection to a port of this machine; closed at the end.
class Connection {
 public:
  explicit Connection(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(const std::string& text) const {
    REQUIRE(write(socket_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  /// Everything until the server closes.
  std::string receive() const {
    std::string all;
    std::vector<char> buffer(4096);
    for (ssize_t got = 0; (got = read(socket_, buffer.data(), buffer.size())) > 0;)
      all.append(buffer.data(), static_cast<std::size_t>(got));
    return all;
  }

 private:
  int socket_;
};

std::string ask(int port, const std::string& line) {
  const Connection connection(port);
  connection.send(line + " HTTP/1.1\r\nHost: test\r\n\r\n");
  return connection.receive();
}

}  // namespace

TEST_CASE("health, readiness and metrics are served") {
  std::atomic<bool> ready = false;
  kube::HealthServer server("127.0.0.1:0", [&] { return ready.load(); });
  const auto port = server.port();
  CHECK_THAT(ask(port, "GET /healthz"),
             StartsWith("HTTP/1.1 200 OK") && Contains("\r\n\r\n3\r\nok\n\r\n0\r\n\r\n"));
  CHECK_THAT(ask(port, "GET /readyz"), StartsWith("HTTP/1.1 503") && Contains("caches"));
  ready = true;
  CHECK_THAT(ask(port, "GET /readyz"), StartsWith("HTTP/1.1 200 OK"));
  CHECK_THAT(ask(port, "HEAD /healthz"), StartsWith("HTTP/1.1 200 OK") && !Contains("ok\n"));

  kube::count_request("GET", 200, "server");
  kube::set_leader("lease", true);
  CHECK_THAT(
      ask(port, "GET /metrics"),
      Contains("Content-Type: text/plain; version=0.0.4") &&
          Contains(R"(rest_client_requests_total{code="200",host="server",method="GET"} )") &&
          Contains(R"(leader_election_master_status{name="lease"} 1)") &&
          Contains("process_resident_memory_bytes ") && Contains("process_cpu_seconds_total "));
}

TEST_CASE("metrics that others write follow the process's own, piece by piece") {
  const kube::HealthServer server(
      "127.0.0.1:0", [] { return true; },
      [](const kube::WriteText& write) {
        write("a 1\n");
        write("");
        write("b 2\n");
      });
  CHECK_THAT(
      ask(server.port(), "GET /metrics"),
      Contains("process_cpu_seconds_total ") && EndsWith("4\r\na 1\n\r\n4\r\nb 2\n\r\n0\r\n\r\n"));
  const Connection old(server.port());
  old.send("GET /metrics HTTP/1.0\r\n\r\n");
  CHECK_THAT(old.receive(), !Contains("chunked") && EndsWith("\na 1\nb 2\n"));
}

TEST_CASE("nothing else is served") {
  const kube::HealthServer server("127.0.0.1:0", [] { return true; });
  const auto line = GENERATE(as<std::string>{}, "GET /", "GET /etc/passwd", "GET /healthz/x",
                             "GET /../../etc/passwd");
  CAPTURE(line);
  CHECK_THAT(ask(server.port(), line), !StartsWith("HTTP/1.1 200"));
}

TEST_CASE("a huge head is refused, and others are served meanwhile") {
  const kube::HealthServer server("127.0.0.1:0", [] { return true; });
  const Connection slow(server.port());
  slow.send("GET /healthz HTTP/1.1\r\n");
  const Connection huge(server.port());
  huge.send("GET /healthz HTTP/1.1\r\nX: " + std::string(20000, 'x'));
  CHECK_THAT(ask(server.port(), "GET /healthz"), StartsWith("HTTP/1.1 200 OK"));
  CHECK_THAT(huge.receive(), !StartsWith("HTTP/1.1 200"));
}

TEST_CASE("an address that cannot be listened on is named") {
  const auto ready = [] { return true; };
  CHECK_THROWS_WITH(kube::HealthServer("8080", ready),
                    R"(cannot listen on "8080": write HOST:PORT or :PORT)");
  CHECK_THROWS_WITH(kube::HealthServer("192.0.2.1:8080", ready),
                    R"(cannot listen on "192.0.2.1:8080": is the port in use, and the host one of )"
                    "this machine?");
  const kube::HealthServer server(":0", ready);
  const auto address = "127.0.0.1:" + std::to_string(server.port());
  CHECK_THROWS_WITH(kube::HealthServer(address, ready),
                    "cannot listen on \"" + address +
                        "\": is the port in use, and the host one of this machine?");
}
