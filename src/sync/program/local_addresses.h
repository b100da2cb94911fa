#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// Addresses that are the pod's own or its node's: loopback (127.0.0.0/8, ::1), link-local
/// (169.254.0.0/16, fe80::/10), where clouds tell nodes their credentials, and unspecified
/// (0.0.0.0/8, ::). What is fetched may lead elsewhere: by a redirection, a submodule, an answer
/// about large files, a link in a listing. That is no way to such an address.
///
/// Each program that we run looks at what it is about to connect to, whatever name that had:
/// programs of the C library by a library of ours (connect.cpp), those of Go by scripts/
/// local_addresses.go.
namespace content {

/// What is told to a program, for the places that it is asked to fetch from: URLs, USER@HOST:PATH,
/// or HOST[:PORT].
struct LocalAddressCheck {
  std::vector<std::string> named = {};
  bool allow_all = false;  ///< sync.allowLocalAddresses of the operator's configuration
  /// Files of this machine that say what names and name servers are.
  std::filesystem::path hosts = "/etc/hosts", resolver = "/etc/resolv.conf";
};

/// Variables for a program's environment (set_variables()): with them it connects to no local
/// address but those that the places have, or the machine's hosts file for their names, and those
/// of the proxies in our environment and of name servers, at their ports. What DNS says of a name
/// allows nothing: who owns the name need not be who wrote the URL. A proxy is not asked for local
/// addresses (by git for those of IPv6 it is); what it finds for names is its own to check. Asks
/// DNS for a proxy.
std::vector<std::string> local_address_check(const LocalAddressCheck& check);

/// Has programs of the C library look, too: adds to LD_PRELOAD of such an environment. Throws
/// Failure when the library is not where it belongs: programs would start without it.
void preload_local_address_check(std::vector<std::string>& environment);

/// The host of a place, without a user, port and brackets.
std::string host_of_place(std::string_view place);

}  // namespace content
