#include "sync/report/host_in_message.h"

#include <algorithm>

namespace content {
namespace {

/// The word of a text that begins at `at`, which may be a host.
std::string host_at(std::string_view text, std::size_t at) {
  constexpr std::size_t longest = 260;  // of a name DNS takes 253
  const auto begin = std::min(at, text.size());
  auto host = std::string(text.substr(begin, text.find_first_of(" \r\n\"'/;", begin) - begin));
  if (host.ends_with(':')) host.pop_back();
  host.erase(0, host.rfind('@') + 1);  // the user may be a token
  return host.substr(0, longest);
}

/// What comes behind the first of `markers`; empty: there is none of them.
template <std::size_t count>
std::string host_behind(std::string_view text, const std::string_view (&markers)[count]) {
  for (const auto marker : markers)
    if (const auto at = text.find(marker); at != std::string_view::npos)
      return host_at(text, at + marker.size());
  return {};
}

/// In the words of libcurl, git and ssh.
std::string unconnected_host(std::string_view output) {
  constexpr std::string_view markers[] = {"resolve host: ", "resolve hostname ", "connect to host ",
                                          "connect to "};
  return host_behind(output, markers);
}

/// Of the last URL in a text.
std::string host_of_url(std::string_view text) {
  const auto scheme = text.rfind("://");
  return scheme == std::string_view::npos ? "" : host_at(text, scheme + 3);
}

/// The text of a line before `at`.
std::string_view line_before(std::string_view output, std::size_t at) {
  const auto before = output.substr(0, at);
  return before.substr(before.rfind('\n') + 1);
}

}  // namespace

std::string host_in_message(std::string_view output, std::string_view what) {
  if (auto host = unconnected_host(output); !host.empty()) return host;
  const auto at = output.find(what);
  if (at == std::string_view::npos) return {};
  // In Go's words: 'Get "https://HOST/": dial tcp: lookup HOST: no such host'.
  const auto line = line_before(output, at);
  constexpr std::string_view looked_up[] = {"dial tcp: lookup "};
  constexpr std::string_view proxy[] = {"proxyconnect tcp: dial tcp "};
  for (const auto& host : {host_behind(line, looked_up), host_behind(line, proxy)})
    if (!host.empty()) return host;
  return host_of_url(line);
}

std::optional<LocalPlace> refused_place(std::string_view output) {
  constexpr std::string_view refusing = "local address refused: ";
  const auto at = output.find(refusing);
  if (at == std::string_view::npos) return {};
  const auto address = host_at(output, at + refusing.size());
  const auto line = line_before(output, at);
  if (!line.empty()) {  // a program of Go tells it with the URL
    const auto host = host_of_url(line);
    return LocalPlace{host.empty() ? address : host, address};
  }
  // Of others the library tells it, which they may survive.
  const auto host = unconnected_host(output);
  return host.empty() ? std::nullopt : std::optional(LocalPlace{host, address});
}

bool names_host(std::string_view url, const std::string& host) {
  for (const auto* before : {"://", "@"}) {
    const auto at = url.find(before + host);
    if (at == std::string_view::npos) continue;
    const auto end = url.substr(at + std::string_view(before).size() + host.size());
    if (end.empty() || end.front() == ':' || end.front() == '/') return true;
  }
  return false;
}

}  // namespace content
