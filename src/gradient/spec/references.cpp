#include "gradient/spec/references.h"

#include "base/ascii.h"
#include "gradient/spec/characters.h"
#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/values.h"

namespace gradient::values {
namespace {

constexpr auto none = std::string_view::npos;

bool is_tag_character(char c) {
  return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
}

bool is_path_character(char c) {
  return is_lower(c) || is_digit(c);
}

/// Length of the separator at the beginning of `text`: one dot, one or two '_', any number of '-'.
std::size_t separator(std::string_view text) {
  if (text.front() == '.') return 1;
  if (text.front() == '_') return text.size() > 1 && text[1] == '_' ? 2 : 1;
  return std::min(text.find_first_not_of('-'), text.size());
}

/// One part of an image's path: lower-case words with single separators between.
bool is_image_part(std::string_view part) {
  bool after_word = false;
  while (!part.empty()) {
    std::size_t length = 0;
    while (length < part.size() && is_path_character(part[length]))
      ++length;
    if (length == 0) {
      if (!after_word) return false;
      length = separator(part);
      if (length == 0) return false;
    }
    after_word = is_path_character(part.front());
    part.remove_prefix(length);
  }
  return after_word;
}

/// host or host:port, where `is_host` judges the host.
template <class IsHost>
bool is_host_and_port(std::string_view text, IsHost is_host) {
  const auto colon = text.find(':');
  return is_host(text.substr(0, colon)) && (colon == none || is_port(text.substr(colon + 1)));
}

bool is_host(std::string_view text) {
  return all_parts(text, '.', [](std::string_view label) {
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           all(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
  });
}

/// Whether the part before an image's first slash names a registry.
bool names_registry(std::string_view part) {
  return part.find_first_of(".:") != none || part == "localhost";
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= 128 && all(text, is_tag_character) &&
         text.front() != '.' && text.front() != '-';
}

bool is_digest(std::string_view text) {
  constexpr std::string_view prefix = "sha256:";
  return text.size() == prefix.size() + 64 && text.substr(0, prefix.size()) == prefix &&
         all(text.substr(prefix.size()),
             [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

/// What comes after the registry.
bool is_repository(std::string_view image) {
  if (const auto at = image.find('@'); at != none) {
    if (!is_digest(image.substr(at + 1))) return false;
    image = image.substr(0, at);
  }
  if (const auto colon = image.find(':'); colon != none) {
    if (!is_tag(image.substr(colon + 1))) return false;
    image = image.substr(0, colon);
  }
  return all_parts(image, '/', is_image_part);
}

bool is_image(std::string_view image) {
  if (const auto slash = image.find('/'); slash != none && names_registry(image.substr(0, slash))) {
    if (!is_host_and_port(image.substr(0, slash), is_host)) return false;
    image.remove_prefix(slash + 1);
  }
  return is_repository(image);
}

bool is_user(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.front() != '.' && text.front() != '+' &&
         all(text, [](char c) { return is_tag_character(c) || c == '+'; });
}

/// Plain characters only, and nothing that a shell or ssh could take for its own.
bool is_ssh_path(std::string_view path) {
  const auto is_plain = [](char c) {
    return is_tag_character(c) || std::string_view("/~+%@,:=").find(c) != none;
  };
  return path.find_first_not_of('/') != none && path.front() != '-' && all(path, is_plain);
}

/// user@host:path, or user@host:port/path with the port optional, where `separator` ends the host.
bool is_ssh_address(std::string_view text, char separator) {
  const auto end = text.find(separator);
  if (end == none || !is_ssh_path(text.substr(end + 1))) return false;
  auto authority = text.substr(0, end);
  const auto at = authority.find('@');
  if (at != none && !is_user(authority.substr(0, at))) return false;
  authority.remove_prefix(at == none ? 0 : at + 1);
  return is_host_and_port(authority, is_host);
}

std::string_view ssh_url_problem(std::string_view url) {
  const auto used = scheme(url);
  const auto rest = url.substr(used.empty() ? 0 : used.size() + 3);
  const auto authority = rest.substr(0, rest.find('/'));
  if (!used.empty() && authority.find(':') < authority.rfind('@') && authority.rfind('@') != none) {
    return "must not carry a password; put a private key into a Secret and write it as password "
           "(SECRET:...) next to the url";
  }
  return is_ssh_address(rest, used.empty() ? ':' : '/')
             ? ""
             : "must be USER@HOST:PATH or ssh://USER@HOST:PORT/PATH without blanks and special "
               "characters, such as git@github.com:example/app.git";
}

}  // namespace

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || !all(text, is_digit) || text[0] == '0') return false;
  int number = 0;
  for (const char c : text)
    number = number * 10 + (c - '0');
  return number <= 65535;
}

bool has_wrong_escape(std::string_view url) {
  const auto is_hex = [](char c) {
    const char low = base::to_lower(c);
    return is_digit(c) || (low >= 'a' && low <= 'f');
  };
  for (auto at = url.find('%'); at != none; at = url.find('%', at + 1)) {
    const auto digits = url.substr(at + 1, 2);
    if (digits.size() < 2 || !all(digits, is_hex)) return true;
  }
  return false;
}

std::string_view image_problem(std::string_view image) {
  if (any(image, is_blank)) {
    return "must not contain blanks or line breaks; write one reference such as "
           "registry.example.com/team/app:1.4";
  }
  if (is_image(image)) return {};
  return "must be a container image reference with its repository in lower case, such as "
         "registry.example.com/team/app:1.4 (only the tag may have capitals)";
}

bool is_artifact(std::string_view reference) {
  const auto slash = reference.find('/');
  if (slash == none || !is_host_and_port(reference.substr(0, slash), is_host)) return false;
  const auto rest = reference.substr(slash + 1);
  return rest.find_first_of(":@") != none && is_repository(rest);
}

std::string_view scheme(std::string_view url) {
  const auto end = url.find("://");
  return end == none ? std::string_view() : url.substr(0, end);
}

bool has_user(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == none) return false;
  const auto authority = url.substr(begin + 3);
  return authority.substr(0, authority.find('/')).find('@') != none;
}

bool is_ssh_url(std::string_view url) {
  const auto colon = url.find(':');
  return scheme(url) == "ssh" || (colon != none && url.find('@') < colon && url.find('/') > colon);
}

std::string_view git_url_problem(std::string_view url) {
  if (is_ssh_url(url)) return ssh_url_problem(url);
  if (has_user(url)) {
    return "must not carry a user or password; write them as username and password (SECRET:...) "
           "next to the url";
  }
  if (has_token(url)) {
    return "must not carry a token or signature; write it as password (SECRET:...) next to the url";
  }
  const auto used = scheme(url);
  const auto rest = url.substr(used.empty() ? 0 : used.size() + 3);
  const auto slash = rest.find('/');
  const auto is_name = [](std::string_view host) {
    return !host.empty() && host.find_first_of("?#") == none;
  };
  const bool fits = (used == "https" || used == "http" || used == "git") && slash != none &&
                    slash + 1 < rest.size() && !any(url, is_blank) && !has_control(url) &&
                    is_host_and_port(rest.substr(0, slash), is_name);
  return fits ? ""
              : "must be an https, http or ssh URL of a git repository, such as "
                "https://github.com/example/app.git or git@github.com:example/app.git; other "
                "transports are not allowed";
}

std::string_view credential_url_problem(std::string_view url) {
  if (has_user(url) || url.substr(0, url.find('/')).find('@') != none) {
    return "must not carry a user or password; write them as username and password (SECRET:...) "
           "next to the url";
  }
  const auto used = scheme(url);
  const auto rest = url.substr(used.empty() ? 0 : used.size() + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  const auto is_name = [](std::string_view host) { return !host.empty(); };
  const bool is_clean = !any(url, is_blank) && !has_control(url) &&
                        url.find_first_of("?#") == none && has_no_dots(rest.substr(slash));
  const bool fits = is_clean && (used.empty() || used == "https" || used == "http") &&
                    is_host_and_port(rest.substr(0, slash), is_name);
  return fits
             ? ""
             : "must be a host, such as git.example.com, or the beginning of an https or http URL, "
               "such as https://git.example.com/team";
}

std::string normal_credential_url(std::string url) {
  while (url.ends_with('/'))
    url.pop_back();
  return url.empty() || !scheme(url).empty() ? url : "https://" + url;
}

std::string_view app_id_problem(std::string_view id) {
  return is_alphanumeric(id.front()) && all(id, is_tag_character)
             ? ""
             : "must be the ID of a GitHub App or its client ID, such as 123456";
}

std::string_view installation_id_problem(std::string_view id) {
  return all(id, is_digit) ? ""
                           : "must be the number of the App's installation, such as 7890123, which "
                             "is the last part of the installation's page";
}

std::string_view api_url_problem(std::string_view url) {
  const bool fits = scheme(url) == "https" && credential_url_problem(url).empty();
  return fits ? ""
              : "must be the https URL of the server's API, such as "
                "https://github.example.com/api/v3";
}

std::string_view git_ref_problem(std::string_view ref) {
  const auto forbidden = [](char c) {
    return is_blank(c) || is_control(c) || std::string_view("~^:?*[\\").find(c) != none;
  };
  constexpr std::string_view lock = ".lock";
  const bool locked = ref.size() >= lock.size() && ref.substr(ref.size() - lock.size()) == lock;
  const bool fits = ref.front() != '-' && ref.front() != '/' && ref.back() != '/' &&
                    ref.back() != '.' && ref.find("..") == none && ref.find("@{") == none &&
                    ref.find("//") == none && !locked && !any(ref, forbidden);
  return fits ? ""
              : "must be the name of a branch or tag, or a commit, such as main, v1.2 or its "
                "40 digits";
}

std::string_view repository_name_problem(std::string_view name) {
  const auto is_named = [&](std::string_view other) {
    return std::equal(name.begin(), name.end(), other.begin(), other.end(),
                      [](char c, char expected) { return base::to_lower(c) == expected; });
  };
  // Some filesystems ignore letter case: .GIT is .git there.
  const bool fits = all(name, is_tag_character) && name.front() != '-' && name != "." &&
                    name.substr(0, 2) != ".." && !is_named(".git") && !is_named(".gradient");
  return fits ? ""
              : "must be one plain folder name of letters, digits, '_', '-' and '.' that does not "
                "begin with '-' or '..' (and not '.', .git or .gradient), such as app";
}

std::string_view submodule_path_problem(std::string_view path) {
  const auto is_written = [](std::string_view part) { return !part.empty(); };
  const bool fits = !has_control(path) && has_no_dots(path) && all_parts(path, '/', is_written);
  return fits ? ""
              : "must be the path of a submodule from the top of the repository, without '/' at "
                "its ends, such as vendor/lib";
}

std::string_view large_file_pattern_problem(std::string_view pattern) {
  if (pattern.front() == '!')
    return "must not begin with '!'; list the patterns of all large files that are wanted, or "
           "write \\! for a name that begins so";
  return path_pattern_problem(pattern);
}

std::string_view path_pattern_problem(std::string_view pattern) {
  const bool fits =
      pattern.front() != '#' && pattern.back() != ' ' && pattern != "!" && !has_control(pattern);
  return fits ? ""
              : "must be one line, without '#' at its beginning (write \\#) and blanks at its "
                "end, such as '*.safetensors' or /docs/";
}

std::string_view known_hosts_problem(std::string_view text) {
  const bool fits = all_parts(text, '\n', [](std::string_view line) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first == none || line[first] == '#') return true;
    std::size_t words = 0;
    for (auto at = first; at != none; at = line.find_first_not_of(" \t\r", at)) {
      ++words;
      at = std::min(line.find_first_of(" \t\r", at), line.size());
    }
    return words >= (line[first] == '@' ? 4 : 3);  // a marker comes before the host
  });
  return fits ? ""
              : "must be lines of a host, the type of its key and the key, as ssh-keyscan prints "
                "them";
}

std::string_view ca_bundle_problem(std::string_view text) {
  if (text.find("PRIVATE KEY") != none)
    return "must have certificates only; remove the private key, and take it out of use";
  const bool fits = text.find("-----BEGIN CERTIFICATE-----\n") != none &&
                    text.find("-----END CERTIFICATE-----") != none;
  return fits ? ""
              : "must be certificates in PEM, each from -----BEGIN CERTIFICATE----- to -----END "
                "CERTIFICATE-----";
}

std::string_view proxy_problem(std::string_view url) {
  if (has_user(url)) {
    return "must not carry a user or password, which would be shown in every pod; use a proxy "
           "that needs none from this cluster";
  }
  const auto used = scheme(url);
  const auto address = url.substr(std::min(url.size(), used.size() + 3));
  const bool fits = (used == "http" || used == "https" || used == "socks5") &&
                    is_host_and_port(address.substr(0, address.find('/')), is_host) &&
                    address.substr(std::min(address.size(), address.find('/'))).size() <= 1;
  return fits ? "" : "must be the URL of a proxy, such as http://proxy.example.com:3128";
}

std::string_view registry_server_problem(std::string_view server) {
  if (server.find('@') != none) {
    return "must not carry a user or password; write them as username and password (SECRET:...)";
  }
  constexpr std::string_view https = "https://";
  if (server.substr(0, https.size()) == https) server.remove_prefix(https.size());
  const auto slash = server.find('/');
  const auto is_path_text = [](char c) { return is_tag_character(c) || c == '/'; };
  const bool fits = is_host_and_port(server.substr(0, slash), is_host) &&
                    (slash == none || all(server.substr(slash), is_path_text));
  return fits ? ""
              : "must be a host with optional port and path, or an https URL, such as "
                "registry.example.com:5000";
}

}  // namespace gradient::values
