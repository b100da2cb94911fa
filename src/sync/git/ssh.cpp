#include "sync/git/ssh.h"

#include "base/files.h"
#include "base/process.h"
#include "sync/git/git.h"
#include "sync/program/environment.h"
#include "sync/report/failure.h"
#include "sync/volume/volume.h"

#include <algorithm>
#include <array>
#include <pwd.h>
#include <regex>
#include <unistd.h>

namespace content {
namespace {

constexpr std::size_t longest_file = 1U << 20U;

/// Nothing of the machine's configuration, and no key but the one that git has as its descriptor 3.
/// It is a memory file, because a Secret's file is not always one that ssh takes (readable by
/// others, without a newline at its end) and a copy on the pod's disk could outlive us. git is the
/// parent of the shell that runs this; ssh itself closes what it inherits.
constexpr const char* command = "ssh -F \"$HOME/ssh_config\" -i /proc/$PPID/fd/3";

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
std::string read_key(const Path& file) {
  auto key = read(file);
  key.erase(std::remove(key.begin(), key.end(), '\r'), key.end());
  if (key.empty() || key.back() != '\n') key += '\n';
  return key;
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
void check_key(const SshAccess& access, const std::string& url) {
  auto environment = environment_for_programs();
  environment.insert(environment.end(), access.environment.begin(), access.environment.end());
  const auto finished =
      base::run({.arguments = {"ssh-keygen", "-y", "-P", "", "-f", "/proc/self/fd/3"},
                 .environment = std::move(environment),
                 .secret_file = access.key});
  if (finished.exit_code != 0) throw git_failure(finished.errors, url);
}

}  // namespace

std::string ssh_server(const std::string& url) {
  static const std::regex form(
      "ssh://([A-Za-z0-9_][A-Za-z0-9_.+-]*@)?([A-Za-z0-9][A-Za-z0-9.-]*)(:([0-9]+))?/.+");
  static const std::regex short_form(
      "[A-Za-z0-9_][A-Za-z0-9_.+-]*@([A-Za-z0-9][A-Za-z0-9.-]*):[^-].*");
  constexpr const char* default_port = "22";
  constexpr std::size_t longest_url = 4096;  // std::regex needs stack for every character
  if (url.size() > longest_url) return {};
  std::smatch found;
  if (std::regex_match(url, found, form))
    return found.str(2) + ":" + (found[4].matched ? found.str(4) : default_port);
  if (std::regex_match(url, found, short_form)) return found.str(1) + ":" + default_port;
  return {};
}

SshAccess ssh_access(const GitRemote& remote, const Path& home) {
  SshAccess access{.server = ssh_server(remote.url),
                   .command = command,
                   .key = read_key(remote.password_file),
                   .environment = named_user(home)};
  check_key(access, remote.url);
  write_file(home / "ssh_config", configuration + patience(remote.silence));
  write_file(home / "known_hosts", std::filesystem::exists(remote.known_hosts_file)
                                       ? read(remote.known_hosts_file)
                                       : remote.known_hosts);
  return access;
}

}  // namespace content
