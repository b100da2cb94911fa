#include "sync/credential.h"

#include "base/base64.h"
#include "base/files.h"
#include "sync/failure.h"
#include "sync/git.h"

#include <algorithm>
#include <istream>
#include <ostream>

namespace content {
namespace {

/// Servers that look at the token alone accept any name.
constexpr const char* any_username = "git";

/// One word of a shell, whatever is in it.
std::string shell_word(const std::string& text) {
  std::string result = "'";
  for (const char c : text)
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

struct Origin {
  std::string protocol, host;
};

Origin origin(const std::string& url) {
  const auto colon = url.find("://");
  if (colon == std::string::npos) return {};
  const auto begin = colon + 3;
  return {url.substr(0, colon), url.substr(begin, url.find_first_of("/?#", begin) - begin)};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return text;
}

}  // namespace

std::string credential_helper(const GitRemote& remote, const std::filesystem::path& program) {
  if (remote.password_file.empty() || is_ssh(remote.url)) return {};
  const auto [protocol, host] = origin(remote.url);
  std::string command = "!" + shell_word(program.string());
  command += " credential --protocol " + shell_word(protocol) + " --host " + shell_word(host);
  command += " --username=" + shell_word(remote.username.empty() ? any_username : remote.username);
  return command + " --password-file " + shell_word(remote.password_file.string());
}

std::string read_credential_text(const std::string& file) {
  std::string text;
  try {
    text = base::read_file(file, 64U << 10U);
  } catch (const std::runtime_error& error) {
    throw Failure("SyncFailed", error.what());
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  if (text.empty())
    throw Failure("SyncFailed", file + ": is empty; the Secret's key must hold text");
  return text;
}

std::string read_credential(const std::string& file) {
  auto text = read_credential_text(file);
  const bool has_control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
  if (has_control) {
    throw Failure("SyncFailed",
                  file + ": has more than one line; the Secret's key must hold one line of text");
  }
  return text;
}

std::vector<std::string> secrets_sent(const GitRemote& remote) {
  if (remote.password_file.empty() || is_ssh(remote.url)) return {};
  const auto name = remote.username.empty() ? any_username : remote.username;
  try {
    const auto password = read_credential(remote.password_file.string());
    return {base::base64_encode(name + ":" + password), password};
  } catch (const Failure&) {
    return {};  // nothing was sent
  }
}

std::string without_secrets(std::string text, const std::vector<std::string>& secrets) {
  constexpr std::string_view instead = "[secret]";
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + instead.size()))
      text.replace(at, secret.size(), instead);
  }
  return text;
}

void answer_credential(const CredentialOptions& options, std::istream& question,
                       std::ostream& answer) {
  std::string protocol;
  std::string host;
  for (std::string line; std::getline(question, line) && !line.empty();) {
    if (line.rfind("protocol=", 0) == 0) protocol = line.substr(9);
    if (line.rfind("host=", 0) == 0) host = line.substr(5);
  }
  if (lower(protocol) != lower(options.protocol) || lower(host) != lower(options.host)) return;
  // First: git would take half an answer for an empty password.
  const auto password = read_credential(options.password_file);
  answer << "username=" << options.username << "\npassword=" << password << "\n";
}

}  // namespace content
