#pragma once

#include <string>

namespace kube {

/// The parts of "https://host:port/prefix".
struct Address {
  bool tls = true;
  std::string host;  ///< without brackets when it is an IPv6 address
  int port = 0;
  std::string prefix;  ///< "" or "/path", without a slash at the end
  bool operator==(const Address&) const = default;

  bool is_ipv6() const { return host.find(':') != std::string::npos; }
  /// "host:port", with brackets where they are needed
  std::string authority() const;
  std::string text() const;  ///< "https://host:port/prefix"
};

/// Throws ConfigError whose message begins with `field`, and never repeats a password.
Address parse_address(const std::string& url, const std::string& field);

}  // namespace kube
