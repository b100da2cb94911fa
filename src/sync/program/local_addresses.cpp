#include "sync/program/local_addresses.h"

#include "base/ascii.h"
#include "sync/program/http.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fstream>
#include <memory>
#include <netdb.h>
#include <optional>
#include <set>
#include <sstream>

namespace content {
namespace {

using Path = std::filesystem::path;
using Words = std::vector<std::string>;

constexpr const char* variable = "GRADIENT_LOCAL_ADDRESSES";
constexpr const char* library = "libgradient_connect.so";
constexpr std::string_view preload = "LD_PRELOAD=";

/// As curl and Go read them in no_proxy, for addresses that stand in a URL; of IPv6 curl 7.88 does
/// not.
constexpr const char* local_networks =
    "localhost,127.0.0.0/8,169.254.0.0/16,0.0.0.0/8,::/127,fe80::/10,::ffff:127.0.0.0/104,"
    "::ffff:169.254.0.0/112,::ffff:0.0.0.0/104";

/// As the programs that look write an address: inet_ntop(3), an IPv4 address in IPv6 as that.
std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* mapped = static_cast<const in6_addr*>(address);
  if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(mapped))
    return text_of(AF_INET, &mapped->s6_addr[12]);
  inet_ntop(family, address, text.data(), text.size());
  return text.data();
}

/// Of an address in any of its spellings ("127.1", "0x7f000001", "::ffff:127.0.0.1"); nothing for a
/// name.
std::optional<std::string> address_in(const std::string& host) {
  in_addr four{};
  in6_addr six{};
  if (inet_aton(host.c_str(), &four) != 0) return text_of(AF_INET, &four);
  if (inet_pton(AF_INET6, host.c_str(), &six) == 1) return text_of(AF_INET6, &six);
  return {};
}

/// The lines of a file of the system, as words, without comments.
std::vector<Words> lines_in(const Path& file) {
  std::vector<Words> lines;
  std::ifstream input(file);
  for (std::string line; std::getline(input, line);) {
    std::istringstream text(line.substr(0, line.find('#')));
    Words words;
    for (std::string word; text >> word;)
      words.push_back(base::lower(std::move(word)));
    lines.push_back(std::move(words));
  }
  return lines;
}

/// "ADDRESS NAME..." of each line.
std::set<std::string> addresses_of(const std::string& host, const Path& hosts_file) {
  if (const auto address = address_in(host)) return {*address};
  std::set<std::string> result;
  for (const auto& line : lines_in(hosts_file)) {
    const auto address = line.empty() ? std::nullopt : address_in(line.front());
    if (address && std::find(line.begin() + 1, line.end(), host) != line.end())
      result.insert(*address);
  }
  return result;
}

std::string with_port(const std::string& address, const std::string& port) {
  return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" + port;
}

/// Of what follows a scheme and a user: the end of the host.
std::size_t end_of_host(std::string_view address) {
  const auto bracket = address.starts_with('[') ? address.find(']') : 0;
  return std::min(address.find(':', std::min(bracket, address.size())), address.size());
}

std::string_view address_of_place(std::string_view place) {
  if (const auto scheme = place.find("://"); scheme != std::string_view::npos)
    place.remove_prefix(scheme + 3);
  place = place.substr(0, place.find_first_of("/?#"));
  const auto at = place.rfind('@');
  return at == std::string_view::npos ? place : place.substr(at + 1);
}

/// All addresses that the system finds for a proxy, whose name is the configuration's.
void add_proxy(const std::string& url, std::set<std::string>& result) {
  if (url.empty()) return;
  const auto address = address_of_place(url);
  const auto end = end_of_host(address);
  // The defaults of Go, and of curl.
  const auto ports = end + 1 < address.size() ? Words{std::string(address.substr(end + 1))}
                                              : Words{"80", "443", "1080"};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host_of_place(url).c_str(), nullptr, &hints, &found) != 0) return;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  for (const auto* entry = found; entry != nullptr; entry = entry->ai_next) {
    const void* of = entry->ai_family == AF_INET6
                         ? static_cast<const void*>(
                               &reinterpret_cast<const sockaddr_in6*>(entry->ai_addr)->sin6_addr)
                         : &reinterpret_cast<const sockaddr_in*>(entry->ai_addr)->sin_addr;
    for (const auto& port : ports)
      result.insert(with_port(text_of(entry->ai_family, of), port));
  }
}

/// A long answer of theirs comes over TCP.
void add_name_servers(const Path& resolver, std::set<std::string>& result) {
  for (const auto& line : lines_in(resolver)) {
    if (line.size() < 2 || line.front() != "nameserver") continue;
    const auto zone = line[1].find('%');
    if (const auto address = address_in(line[1].substr(0, zone)))
      result.insert(with_port(*address, "53"));
  }
}

/// Beside bin/, where the program is.
Path library_file() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "lib" /
         library;
}

}  // namespace

std::string host_of_place(std::string_view place) {
  const auto address = address_of_place(place);
  auto host = base::lower(std::string(address.substr(0, end_of_host(address))));
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return host;
}

std::vector<std::string> local_address_check(const LocalAddressCheck& check) {
  if (check.allow_all) return {};
  std::set<std::string> all;
  for (const auto& place : check.named)
    all.merge(addresses_of(host_of_place(place), check.hosts));
  std::set<std::string> proxies{proxy_for("http://host/"), proxy_for("https://host/")};
  for (const auto& proxy : proxies)
    add_proxy(proxy, all);
  add_name_servers(check.resolver, all);
  std::string list;
  for (const auto& place : all)
    list += (list.empty() ? "" : ",") + place;
  std::vector<std::string> variables{std::string(variable) + "=" + list};
  auto direct = hosts_without_proxy();
  if (direct == "*") return variables;  // which curl knows alone, and not in a list
  direct += (direct.empty() ? "" : ",") + std::string(local_networks);
  variables.insert(variables.end(), {"no_proxy=" + direct, "NO_PROXY=" + direct});
  return variables;
}

void preload_local_address_check(std::vector<std::string>& environment) {
  const auto file = library_file();
  if (!std::filesystem::is_regular_file(file)) {
    throw Failure("SyncFailed", file.string() +
                                    " is missing, by which git looks at the addresses that it "
                                    "connects to; add it to the image of gradient-sync");
  }
  for (auto& entry : environment) {
    if (!entry.starts_with(preload)) continue;
    entry += ":" + file.string();
    return;
  }
  environment.push_back(std::string(preload) + file.string());
}

}  // namespace content
