#include "sync/support/ssh_server.h"

#include "base/files.h"
#include "sync/support/web_server.h"

std::string make_key(const std::filesystem::path& file, const std::string& options) {
  shell("ssh-keygen -q -f " + file.string() + " " + options);
  return base::read_file(file);
}

SshServer::SshServer(std::string host, int port)
    : user_(shell("id -un")), host_(std::move(host)), port_(port) {
  const auto path = [this](const char* name) { return (folder_ / name).string(); };
  make_key(folder_ / "host");
  make_key(folder_ / "key");
  folder_.write("sshd_config", "ListenAddress " + host_ + "\nPort " + std::to_string(port_) +
                                   "\nHostKey " + path("host") + "\nAuthorizedKeysFile " +
                                   path("key.pub") +
                                   "\nAuthenticationMethods publickey\nPermitRootLogin yes\n"
                                   "StrictModes no\nUsePAM no\nPidFile none\n"
                                   "AcceptEnv GIT_PROTOCOL\nLogLevel VERBOSE\n"
                                   "Subsystem sftp internal-sftp\n");
  // sshd wants this folder when it runs as root, and only a system's start makes it.
  if (geteuid() == 0) std::filesystem::create_directories("/run/sshd");
  start();
}

void SshServer::start() {
  process_.start({"/usr/sbin/sshd", "-D", "-f", (folder_ / "sshd_config").string(), "-E",
                  (folder_ / "log").string()},
                 port_, host_);
}

void SshServer::stop() {
  process_.stop();
}

void SshServer::change_host_key() const {
  std::filesystem::remove(folder_ / "host");
  make_key(folder_ / "host");
}

std::string SshServer::url(const std::string& name) const {
  return "ssh://" + account() + ":" + std::to_string(port_) + (folder_ / name).string();
}

std::string SshServer::key() const {
  return base::read_file(folder_ / "key");
}

std::string SshServer::known_hosts() const {
  const auto name = port_ == 22 ? host_ : "[" + host_ + "]:" + std::to_string(port_);
  return name + " " + base::read_file(folder_ / "host.pub");
}

std::string SshServer::log() const {
  return base::read_file(folder_ / "log");
}
