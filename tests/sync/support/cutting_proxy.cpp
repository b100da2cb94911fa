#include "sync/support/cutting_proxy.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <limits>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr int short_wait = 20;  // milliseconds

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool is_readable(int socket) {
  pollfd event{socket, POLLIN, 0};
  return poll(&event, 1, short_wait) > 0;
}

}  // namespace

CuttingProxy::CuttingProxy(int server_port, std::size_t bytes)
    : server_port_(server_port),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      bytes_(bytes) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, name, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, name, &size) != 0)
    throw std::runtime_error("the proxy cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

CuttingProxy::~CuttingProxy() {
  ends_ = true;
  acceptor_.join();
  connections_.clear();
  close(listener_);
}

void CuttingProxy::accept_all() {
  while (!ends_) {
    if (!is_readable(listener_)) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) connections_.emplace_back([this, client] { pass_on(client); });
  }
}

void CuttingProxy::pass_on(int client) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(server_port_);
  bool lasts = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  auto unlimited = std::numeric_limits<std::size_t>::max();
  auto left = bytes_;
  while (lasts && !ends_) {
    std::array<pollfd, 2> events{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    poll(events.data(), events.size(), short_wait);
    if (events[0].revents != 0) lasts = pass(client, server, unlimited);
    const bool heals = most_cuts_ >= 0 && cuts_ >= most_cuts_;
    if (lasts && events[1].revents != 0) lasts = pass(server, client, heals ? unlimited : left);
    if (left == 0) {
      ++cuts_;
      lasts = false;
    }
  }
  close(server);
  close(client);
}

bool CuttingProxy::pass(int from, int to, std::size_t& left) {
  std::array<char, 16384> buffer{};
  const auto size = recv(from, buffer.data(), std::min(buffer.size(), left), 0);
  if (size <= 0) return false;
  left -= static_cast<std::size_t>(size);
  return send(to, buffer.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
}
