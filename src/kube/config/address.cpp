#include "kube/config/address.h"

#include "kube/config/config.h"

#include <charconv>

namespace kube {
namespace {

int parse_port(const std::string& text, const std::string& field) {
  int port = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end || port < 1 || port > 65535) {
    throw ConfigError(field + ": the port is not a number from 1 to 65535");
  }
  return port;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == ':';
}

void check_host(const std::string& host, const std::string& field) {
  if (host.empty()) throw ConfigError(field + ": has no host");
  for (const char c : host) {
    if (!is_host_character(c)) throw ConfigError(field + ": the host is not a name or an address");
  }
}

}  // namespace

std::string Address::authority() const {
  return (is_ipv6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Address::text() const {
  return (tls ? "https://" : "http://") + authority() + prefix;
}

Address parse_address(const std::string& url, const std::string& field) {
  Address address;
  const auto scheme_end = url.find("://");
  const auto scheme = scheme_end == std::string::npos ? "" : url.substr(0, scheme_end);
  if (scheme != "https" && scheme != "http") {
    throw ConfigError(field + ": must begin with https:// or http://");
  }
  address.tls = scheme == "https";
  const auto rest = url.substr(scheme_end + 3);
  const auto slash = rest.find('/');
  const auto authority = rest.substr(0, slash);
  if (slash != std::string::npos) address.prefix = rest.substr(slash);
  while (!address.prefix.empty() && address.prefix.back() == '/')
    address.prefix.pop_back();
  if (rest.find_first_of("?#") != std::string::npos) {
    throw ConfigError(field + ": must not have a query or a fragment");
  }
  if (authority.find('@') != std::string::npos) {
    throw ConfigError(field +
                      ": must not contain a user or password; put them into the user entry");
  }

  const bool bracketed = !authority.empty() && authority.front() == '[';
  const auto host_end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && host_end == std::string::npos) throw ConfigError(field + ": has no closing ]");
  address.host = bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  check_host(address.host, field);
  auto port = host_end == std::string::npos ? "" : authority.substr(host_end + (bracketed ? 1 : 0));
  if (!port.empty() && port.front() != ':') throw ConfigError(field + ": has text after the ]");
  address.port = port.empty() ? (address.tls ? 443 : 80) : parse_port(port.substr(1), field);
  return address;
}

}  // namespace kube
