#include "gradient/spec/plain_secrets.h"

#include "base/ascii.h"
#include "gradient/spec/characters.h"

/// Secrets in plain text, as far as their places give them away.
namespace gradient::values {
namespace {

constexpr auto none = std::string_view::npos;

constexpr std::string_view credentials =
    "access_token api_key apikey auth_token awsaccesskeyid oauth_token passwd password "
    "private_token secret sig signature token x-amz-credential x-amz-security-token "
    "x-amz-signature x-goog-credential x-goog-signature";

bool is_credential(std::string_view name) {
  return !all_parts(credentials, ' ', [name](std::string_view known) {
    return !std::equal(known.begin(), known.end(), name.begin(), name.end(),
                       [](char expected, char c) { return expected == base::to_lower(c); });
  });
}

/// The end of a variable's name without '_', '-' and '.', in lower case.
constexpr std::string_view secret_endings =
    "password passwd passphrase secret token credentials apikey accesskey privatekey secretkey "
    "accountkey authkey authorization cookie";

/// How the keys of well-known services begin.
constexpr std::string_view secret_beginnings =
    "sk- hf_ ghp_ gho_ ghs_ github_pat_ glpat- xoxb- xoxp- eyJ -----BEGIN";

bool is_secret_name(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (is_alphanumeric(c)) plain += base::to_lower(c);
  return !all_parts(secret_endings, ' ',
                    [&](std::string_view ending) { return !plain.ends_with(ending); });
}

}  // namespace

bool has_token(std::string_view url) {
  const auto question = url.find('?');
  if (question == none) return false;
  auto query = url.substr(question + 1);
  query = query.substr(0, query.find('#'));
  return !all_parts(query, '&', [](std::string_view parameter) {
    const auto equals = parameter.find('=');
    return equals == none || !is_credential(parameter.substr(0, equals));
  });
}

bool shows_password(std::string_view text) {
  constexpr std::string_view begin = "//";
  for (auto at = text.find(begin); at != none; at = text.find(begin, at + 1)) {
    auto authority = text.substr(at + begin.size());
    authority = authority.substr(0, authority.find_first_of("/ \t\n\v\f\r"));
    const auto colon = authority.find(':');
    const auto end = authority.rfind('@');
    if (colon == none || end == none || colon + 1 >= end) continue;
    if (authority.substr(colon + 1, end - colon).find("$(") == none) return true;
  }
  return false;
}

bool looks_secret(std::string_view name, std::string_view value) {
  constexpr std::size_t shortest_key = 16;
  if (shows_password(value) || has_token(value)) return true;
  const bool is_known_key = value.size() >= shortest_key &&
                            !all_parts(secret_beginnings, ' ', [&](std::string_view beginning) {
                              return !value.starts_with(beginning);
                            });
  if (is_known_key) return true;
  const bool is_switch = value == "true" || value == "false";
  const bool is_elsewhere = value.starts_with("/") || value.starts_with("$(");
  return !value.empty() && !is_switch && !is_elsewhere && is_secret_name(name);
}

}  // namespace gradient::values
