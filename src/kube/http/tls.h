#pragma once

#include "kube/config/config.h"

#include <functional>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace kube {

/// What the connections to one API server have in common: whom they trust, what the server must be
/// called, what they present. Files are looked at for each new connection and read again only when
/// they changed; when that fails, what was read before stays in use. Safe to share between threads.
class Tls {
 public:
  /// `host`: the server's, which `config.tls_server_name` overrides. `plugin` answers with the
  /// credential plugin's certificate.
  Tls(const ClusterConfig& config, const std::string& host,
      std::function<ClientCertificate()> plugin);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  /// Another text when new connections present another certificate: the plugin's, or what tells
  /// that the files have changed. A connection proves who we are for as long as it lasts.
  std::string presented() const;

  /// Reads what is configured, as prepare() does. Throws ConfigError.
  void check();

  /// Makes a new SSL context trust the configured CA and nobody else (the system's store when none
  /// is configured), and check the server's name against subject alternative names alone. Throws
  /// ConfigError naming the file or field that cannot be used.
  void prepare(ssl_ctx_st* context);

  /// Why the last handshake did not trust the server; empty when it did.
  std::string last_failure() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kube
