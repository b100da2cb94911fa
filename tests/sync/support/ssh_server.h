#pragma once

#include "support/folder.h"
#include "sync/support/server_process.h"

#include <string>

/// A real ssh server on loopback that lets in the user of this process, with the key `key()`.
class SshServer {
 public:
  explicit SshServer(std::string host = "127.0.0.1", int port = free_port());

  /// USER@HOST
  std::string account() const { return user_ + "@" + host_; }
  /// ssh://USER@HOST:PORT/FOLDER/`name`
  std::string url(const std::string& name) const;
  int port() const { return port_; }
  const Folder& folder() const { return folder_; }
  std::string key() const;          ///< text of the private key that may enter
  std::string known_hosts() const;  ///< the server's line
  std::string log() const;
  void stop();
  void start();  ///< again, at the same port
  /// From the next start on it has another host key.
  void change_host_key() const;

 private:
  Folder folder_;
  std::string user_, host_;
  int port_;
  ServerProcess process_;
};

/// Makes a pair of keys, `file` and `file`.pub; the private key's text. `options` of ssh-keygen.
std::string make_key(const std::filesystem::path& file,
                     const std::string& options = "-t ed25519 -N ''");
