#include "sync/git/credential.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "sync/git/git.h"
#include "sync/program/secret_file.h"
#include "sync/report/failure.h"
#include "sync/volume/volume.h"

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

struct ServerAddress {
  std::string protocol, host;
};

ServerAddress server_address(const std::string& url) {
  const auto colon = url.find("://");
  if (colon == std::string::npos) return {};
  const auto begin = colon + 3;
  return {url.substr(0, colon), url.substr(begin, url.find_first_of("/?#", begin) - begin)};
}

/// Whether what git asks or tells is about the remote's protocol and host.
bool is_about_remote(const CredentialOptions& options, std::istream& question) {
  std::string protocol;
  std::string host;
  for (std::string line; std::getline(question, line) && !line.empty();) {
    if (line.starts_with("protocol=")) protocol = line.substr(9);
    if (line.starts_with("host=")) host = line.substr(5);
  }
  return base::lower(protocol) == base::lower(options.protocol) &&
         base::lower(host) == base::lower(options.host);
}

}  // namespace

std::string credential_helper(const GitRemote& remote, const std::filesystem::path& program,
                              const std::filesystem::path& refused_file) {
  if (remote.password_file.empty() || is_ssh(remote.url)) return {};
  const auto [protocol, host] = server_address(remote.url);
  std::string command = "!" + shell_word(program.string());
  command += " credential --protocol " + shell_word(protocol) + " --host " + shell_word(host);
  command += " --username=" + shell_word(remote.username.empty() ? any_username : remote.username);
  command += " --password-file " + shell_word(remote.password_file.string());
  return command + " --refused-file " + shell_word(refused_file.string());
}

std::vector<std::string> secrets_sent_by_git(const GitRemote& remote) {
  if (remote.password_file.empty() || is_ssh(remote.url)) return {};
  const auto name = remote.username.empty() ? any_username : remote.username;
  try {
    const auto password = read_secret_line(remote.password_file.string());
    return {base::base64_encode(name + ":" + password), password};
  } catch (const Failure&) {
    return {};  // without a password nothing was sent
  }
}

void answer_credential(const CredentialOptions& options, std::istream& question,
                       std::ostream& answer) {
  if (!is_about_remote(options, question)) return;
  if (std::filesystem::exists(options.refused_file)) return;
  // Before anything is written: git would take half an answer for an empty password.
  const auto password = read_secret_line(options.password_file);
  answer << "username=" << options.username << "\npassword=" << password << "\n";
}

void remember_refusal(const CredentialOptions& options, std::istream& refused) {
  if (is_about_remote(options, refused)) write_file(options.refused_file, "");
}

}  // namespace content
