#include "sync/git/ssh.h"

#include "base/files.h"
#include "base/process.h"
#include "sync/git/git.h"
#include "sync/program/environment.h"
#include "sync/program/secret_file.h"
#include "sync/report/failure.h"

#include <algorithm>
#include <array>
#include <pwd.h>
#include <unistd.h>

namespace content {
namespace {

constexpr std::size_t longest_file = 1U << 20U;

/// No questions, no host that is not known, and for URLs without a user the one that all of the
/// usual servers have.
constexpr const char* configuration =
    "User git\n"
    "BatchMode yes\n"
    "StrictHostKeyChecking yes\n"
    "UserKnownHostsFile ${HOME}/known_hosts\n"
    "GlobalKnownHostsFile /dev/null\n"
    "UpdateHostKeys no\n"
    "IdentitiesOnly yes\n"
    "IdentityAgent none\n"
    "PreferredAuthentications publickey\n"
    "ForwardAgent no\n"
    "ClearAllForwardings yes\n"
    "ConnectTimeout 30\n"
    "LogLevel ERROR\n";

/// The server's ssh answers at once, however busy git is there.
std::string patience(std::chrono::seconds silence) {
  constexpr int questions = 20;
  const auto interval = std::max<std::int64_t>(silence.count() / questions, 1);
  return "ServerAliveInterval " + std::to_string(interval) + "\nServerAliveCountMax " +
         std::to_string(silence.count() / interval) + "\n";
}

std::string read(const Path& file) {
  try {
    return base::read_file(file, longest_file);
  } catch (const std::runtime_error& error) {
    throw Failure("SyncFailed", error.what());
  }
}

/// ssh wants lines that end with a newline and nothing before it.
std::string read_keys(const Path& file) {
  auto keys = read(file);
  keys.erase(std::remove(keys.begin(), keys.end(), '\r'), keys.end());
  if (keys.empty() || keys.back() != '\n') keys += '\n';
  return keys;
}

bool has_name(uid_t user) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  return getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
}

/// ssh ends when the system knows no user of its uid, and pods run with any: then a library of
/// the image answers for the system, out of files of our own.
std::vector<std::string> named_user(const Path& home) {
  if (has_name(getuid())) return {};
  const auto passwd = home / "passwd";
  const auto group = home / "group";
  const auto gid = std::to_string(getgid());
  write_file(passwd, "gradient:x:" + std::to_string(getuid()) + ":" + gid + "::" + home.string() +
                         ":/bin/sh\n");
  write_file(group, "gradient:x:" + gid + ":\n");
  return {"LD_PRELOAD=libnss_wrapper.so", "NSS_WRAPPER_PASSWD=" + passwd.string(),
          "NSS_WRAPPER_GROUP=" + group.string()};
}

/// ssh says nothing of a passphrase that it may not ask for, but ssh-keygen does.
void check_key(const SshAccess& access, const std::string& key, const std::string& url) {
  auto environment = environment_for_programs();
  environment.insert(environment.end(), access.environment.begin(), access.environment.end());
  const auto finished =
      base::run({.arguments = {"ssh-keygen", "-y", "-P", "", "-f", "/proc/self/fd/3"},
                 .environment = std::move(environment),
                 .secret_file = key});
  if (finished.exit_code != 0) throw git_failure(finished.errors, url);
}

}  // namespace

/// Nothing of the machine's configuration, and no keys but ours, which are memory files, because a
/// Secret's file is not always one that ssh takes (with several keys, readable by others, without a
/// newline at its end) and a copy on the pod's disk could outlive us.
std::string ssh_command(const std::vector<std::shared_ptr<const OpenFile>>& keys) {
  std::string result = "ssh -F \"$HOME/ssh_config\"";
  for (const auto& key : keys)
    result += " -i " + path_of_memory_file(*key);
  return result;
}

std::vector<std::string> private_keys_in(const std::string& text) {
  constexpr std::string_view begin = "-----BEGIN ";
  constexpr std::string_view end = "-----END ";
  constexpr std::string_view dashes = "-----";
  std::vector<std::string> keys;
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    const auto last = std::min(text.find(end, at), text.size() - 1);
    const auto after = std::min(text.find(dashes, last + end.size()), text.size()) + dashes.size();
    const auto block = text.substr(at, after - at);
    at = std::min(after, text.size());
    // Others, such as EC PARAMETERS, are none.
    if (block.substr(0, block.find('\n')).ends_with("PRIVATE KEY-----"))
      keys.push_back(block + "\n");
  }
  return keys.empty() ? std::vector{text} : keys;
}

SshAccess ssh_access(const GitRemote& remote, const Path& home) {
  SshAccess access{.environment = named_user(home)};
  for (const auto& key : private_keys_in(read_keys(remote.password_file))) {
    check_key(access, key, remote.url);
    access.keys.push_back(secret_in_memory(key));
  }
  access.command = ssh_command(access.keys);
  write_file(home / "ssh_config", configuration + patience(remote.silence));
  write_file(home / "known_hosts", std::filesystem::exists(remote.known_hosts_file)
                                       ? read(remote.known_hosts_file)
                                       : remote.known_hosts);
  return access;
}

}  // namespace content
