#include "gradient/spec/characters.h"
#include "gradient/spec/values.h"

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
                       [](char expected, char c) { return expected == to_lower(c); });
  });
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

}  // namespace gradient::values
