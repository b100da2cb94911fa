// A library that git, ssh and their children are started with (LD_PRELOAD): connect(2) that refuses
// the addresses of local_addresses.h. By then an address is one: neither a redirection, nor another
// spelling, nor a name that leads elsewhere when it is asked for once more gets past it.
//
// It is in programs of others: so it throws nothing, asks for no memory, and needs no library but
// that of C.

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Text = std::array<char, INET6_ADDRSTRLEN + 8>;
using Connect = int (*)(int, const sockaddr*, socklen_t);

bool is_local(const in_addr& address) {
  const auto bytes = ntohl(address.s_addr);
  return bytes >> 24U == 127 || bytes >> 24U == 0 || bytes >> 16U == 0xA9FE;
}

bool is_local(const in6_addr& address) {
  return IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_LINKLOCAL(&address) ||
         IN6_IS_ADDR_UNSPECIFIED(&address);
}

/// Whether a list "ADDRESS,ADDRESS:PORT,[ADDRESS]:PORT" has this.
bool is_in(std::string_view list, std::string_view place) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto end = comma == std::string_view::npos ? list.size() : comma;
    if (std::string_view(list.data(), end) == place) return true;
    list.remove_prefix(end == list.size() ? end : end + 1);
  }
  return false;
}

/// The address where it is local, else an empty text; and the address with its port.
void describe(const sockaddr* place, socklen_t size, Text& address, Text& with_port) {
  address[0] = '\0';
  in_addr four{};
  std::uint16_t port = 0;
  if (place->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    const auto* of = reinterpret_cast<const sockaddr_in*>(place);
    four = of->sin_addr;
    port = ntohs(of->sin_port);
  } else if (place->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    const auto* of = reinterpret_cast<const sockaddr_in6*>(place);
    port = ntohs(of->sin6_port);
    if (!IN6_IS_ADDR_V4MAPPED(&of->sin6_addr)) {
      if (!is_local(of->sin6_addr)) return;
      inet_ntop(AF_INET6, &of->sin6_addr, address.data(), INET6_ADDRSTRLEN);
      std::snprintf(with_port.data(), with_port.size(), "[%s]:%u", address.data(), port);
      return;
    }
    std::memcpy(&four, &of->sin6_addr.s6_addr[12], sizeof four);
  } else {
    return;
  }
  if (!is_local(four)) return;
  inet_ntop(AF_INET, &four, address.data(), INET6_ADDRSTRLEN);
  std::snprintf(with_port.data(), with_port.size(), "%s:%u", address.data(), port);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int connect(int socket, const sockaddr* place,
                                                              socklen_t size) {
  static const auto next = reinterpret_cast<Connect>(dlsym(RTLD_NEXT, "connect"));
  const char* named = std::getenv("GRADIENT_LOCAL_ADDRESSES");  // NOLINT(concurrency-mt-unsafe)
  if (named == nullptr) return next(socket, place, size);
  Text address{};
  Text with_port{};
  describe(place, size, address, with_port);
  if (address[0] == '\0' || is_in(named, address.data()) || is_in(named, with_port.data()))
    return next(socket, place, size);
  dprintf(STDERR_FILENO, "local address refused: %s\n", address.data());
  errno = EACCES;
  return -1;
}
