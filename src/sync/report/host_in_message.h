#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace content {

/// The host that a message of git, ssh or a program of Go is about, "HOST[:PORT]" without a user;
/// empty: it names none. `what` is a part of the message, such as "no such host".
std::string host_in_message(std::string_view output, std::string_view what);

/// A place that a program has refused to connect to (program/local_addresses.h).
struct LocalPlace {
  std::string host, address;
};

/// Nothing: no program has refused one, or it found another address of the host.
std::optional<LocalPlace> refused_place(std::string_view output);

/// Whether a URL, also one of ssh as git has it, names this host, written with its port or without.
bool names_host(std::string_view url, const std::string& host);

}  // namespace content
