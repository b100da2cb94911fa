#include "sync/git/remote_url.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <utility>

namespace content {
namespace {

constexpr auto none = std::string_view::npos;

/// What hosts are called where networks let nothing but port 443 out.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> names_for_ssh{
    {{"ssh.github.com", "github.com"},
     {"altssh.gitlab.com", "gitlab.com"},
     {"altssh.bitbucket.org", "bitbucket.org"}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> ports{
    {{"https", "443"}, {"http", "80"}, {"ssh", "22"}, {"git", "9418"}}};

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  const char lower = base::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c);
}

/// Whether the text consists of letters, digits and `more`, and begins with one of `first` or a
/// letter or digit.
bool consists_of(std::string_view text, std::string_view first, std::string_view more) {
  const auto is_in = [](std::string_view set, char c) { return set.find(c) != none; };
  return !text.empty() && (is_word(text.front()) || is_in(first, text.front())) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_word(c) || is_in(more, c); });
}

bool is_ssh_user(std::string_view text) {
  return consists_of(text, "_", "_.+-");
}

bool is_ssh_host(std::string_view text) {
  return consists_of(text, "", ".-");
}

/// Also an IPv6 address in brackets, and letters of other scripts in UTF-8.
bool is_web_host(std::string_view text) {
  if (text.starts_with('['))
    return text.size() > 2 && text.ends_with(']') &&
           text.find_first_not_of("0123456789abcdefABCDEF:.", 1) == text.size() - 1;
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return is_word(c) || c == '-' || c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
}

/// USER@HOST:PATH
std::optional<RemoteUrl> read_short(std::string_view url) {
  const auto at = url.find('@');
  if (at == none) return {};
  const auto colon = url.find(':', at);
  if (colon == none) return {};
  const auto user = url.substr(0, at);
  const auto host = url.substr(at + 1, colon - at - 1);
  const auto path = url.substr(colon + 1);
  if (!is_ssh_user(user) || !is_ssh_host(host) || path.empty() || path.front() == '-') return {};
  return RemoteUrl{.scheme = "ssh",
                   .user = std::string(user),
                   .host = base::lower(host),
                   .port = {},
                   .path = std::string(path),
                   .is_short = true};
}

/// HOST or HOST:PORT, of which a scheme's own port is left out.
bool read_address(std::string_view address, RemoteUrl& result) {
  const auto end_of_ipv6 = address.starts_with('[') ? address.find(']') : 0;
  const auto colon = address.find(':', std::min(end_of_ipv6, address.size()));
  const auto host = address.substr(0, colon);
  if (!(result.scheme == "ssh" ? is_ssh_host(host) : is_web_host(host))) return false;
  result.host = base::lower(host);
  if (colon == none) return true;
  result.port = address.substr(colon + 1);
  if (!std::all_of(result.port.begin(), result.port.end(), is_digit)) return false;
  if (std::find(ports.begin(), ports.end(),
                std::pair<std::string_view, std::string_view>(result.scheme, result.port)) !=
      ports.end())
    result.port.clear();
  return true;
}

/// A path for a URL of the literal one of a short form (RFC 3986, section 3.3).
std::string escaped(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_word(c) || std::string_view("-._~/!$&'()*+,;=:@").find(c) != none) {
      result += c;
    } else {
      result += {'%', digits[byte / 16], digits[byte % 16]};
    }
  }
  return result;
}

std::string_view name_of_host(const RemoteUrl& url) {
  for (const auto& [for_ssh, name] : names_for_ssh)
    if (url.host == for_ssh) return name;
  return url.host;
}

}  // namespace

std::optional<RemoteUrl> read_remote_url(std::string_view url) {
  constexpr std::size_t longest = 4096;
  if (url.size() > longest || std::any_of(url.begin(), url.end(), is_control)) return {};
  const auto colon = url.find("://");
  if (colon == none) return read_short(url);
  RemoteUrl result{.scheme = base::lower(url.substr(0, colon))};
  const auto is_scheme = [&](const auto& known) { return known.first == result.scheme; };
  if (std::none_of(ports.begin(), ports.end(), is_scheme)) return read_short(url);
  const auto rest = url.substr(colon + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  result.path = rest.substr(slash);
  auto address = rest.substr(0, slash);
  if (address.find('\\') != none) return {};  // for some programs the end of a host
  if (const auto at = address.rfind('@'); at != none) {
    const auto user = address.substr(0, at);
    const auto end = std::min(user.find(':'), user.size());
    result.user = user.substr(0, end);
    result.has_password = end + 1 < user.size();
    address.remove_prefix(at + 1);
  }
  if (!read_address(address, result)) return {};
  const bool fits = result.scheme != "ssh" ||
                    (result.path.size() > 1 && (result.user.empty() || is_ssh_user(result.user)));
  return fits ? std::optional(result) : std::nullopt;
}

std::string for_messages(const std::string& url) {
  auto text = url.substr(0, url.find('?'));
  if (!text.starts_with("http")) return text;
  const auto begin = text.find("://");
  if (begin == std::string::npos) return text;
  const auto at = text.substr(0, text.find('/', begin + 3)).rfind('@');
  return at == std::string::npos ? text : text.erase(begin + 3, at - begin - 2);
}

std::string origin(const RemoteUrl& url) {
  return url.scheme + "://" + url.host + (url.port.empty() ? "" : ":" + url.port);
}

std::string to_text(const RemoteUrl& url) {
  if (url.is_short) return url.user + "@" + url.host + ":" + url.path;
  auto text = origin(url) + url.path;
  if (url.scheme == "ssh" && !url.user.empty())
    text.insert(url.scheme.size() + std::string_view("://").size(), url.user + "@");
  return text;
}

bool is_same_host(const RemoteUrl& one, const RemoteUrl& other) {
  return name_of_host(one) == name_of_host(other);
}

bool is_same_server(const RemoteUrl& one, const RemoteUrl& other) {
  return one.scheme == other.scheme && one.host == other.host && one.port == other.port;
}

RemoteUrl on_server(const RemoteUrl& url, const RemoteUrl& server) {
  auto result = server;
  const auto begin = std::min(url.path.find_first_not_of('/'), url.path.size());
  result.path = url.path.substr(begin);
  if (url.is_short && !server.is_short) result.path = escaped(result.path);
  if (!server.is_short || server.path.starts_with('/')) result.path.insert(0, "/");
  return result;
}

bool is_ssh(std::string_view url) {
  const auto read = read_remote_url(url);
  return read && read->scheme == "ssh" && !read->has_password;
}

}  // namespace content
