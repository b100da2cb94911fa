#include "kube/http/tls.h"

#include "base/files.h"
#include "base/openssl.h"
#include "kube/guarded.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <spdlog/spdlog.h>

#include <arpa/inet.h>
#include <sys/stat.h>
#include <vector>

namespace kube {
namespace {

using base::openssl::Bio;
using base::openssl::Deleter;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using PrivateKey = base::openssl::Key;
using TrustStore = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;

/// A client certificate, those that lead from it to its root, and the key.
struct Identity {
  std::vector<Certificate> chain;
  PrivateKey key;
};

/// Where a PEM text comes from, and its name in messages.
struct Source {
  std::string text;
  std::filesystem::path file;
  std::string field;

  bool is_given() const { return !text.empty() || !file.empty(); }
  std::string name() const { return text.empty() ? field + " " + file.string() : field + "-data"; }
};

[[noreturn]] void refuse(const std::string& message) {
  ERR_clear_error();  // what is left in the thread's queue would be taken for the next call's error
  throw ConfigError(message);
}

std::string pem_text(const Source& source) {
  if (!source.text.empty()) return source.text;
  try {
    return base::read_file(source.file, 1U << 20U);
  } catch (const std::runtime_error& error) {
    refuse(source.field + ": " + error.what());
  }
}

/// Changes when the file does.
std::string stamp(const Source& source) {
  struct stat status {};
  if (source.file.empty() || stat(source.file.c_str(), &status) != 0) return "-";
  return std::to_string(status.st_ino) + " " + std::to_string(status.st_size) + " " +
         std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec);
}

Bio memory(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<Certificate> read_certificates(const Source& source) {
  const auto text = pem_text(source);
  const auto bio = memory(text);
  std::vector<Certificate> certificates;
  while (auto* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate);
    X509_get_extension_flags(certificate);  // parses them now: threads share the certificate
  }
  ERR_clear_error();  // the end of the text counts as an error
  if (certificates.empty()) refuse(source.name() + ": holds no PEM certificate");
  return certificates;
}

int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return 0;
}

PrivateKey read_key(const Source& source) {
  const auto text = pem_text(source);
  PrivateKey key(PEM_read_bio_PrivateKey(memory(text).get(), nullptr, no_passphrase, nullptr));
  if (!key) refuse(source.name() + ": holds no PEM private key without a passphrase");
  return key;
}

TrustStore make_trust_store(const Source& ca) {
  TrustStore store(X509_STORE_new());
  // As with Go: whatever the file holds is trusted, an intermediate without its root too.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  if (!ca.is_given()) {
    X509_STORE_set_default_paths(store.get());
    return store;
  }
  for (const auto& certificate : read_certificates(ca))
    X509_STORE_add_cert(store.get(), certificate.get());
  return store;
}

Identity read_identity(const Source& certificate, const Source& key) {
  Identity identity{read_certificates(certificate), read_key(key)};
  if (X509_check_private_key(identity.chain.front().get(), identity.key.get()) != 1) {
    refuse(certificate.name() + ": does not belong to the key in " + key.name());
  }
  return identity;
}

/// Something made of files: made again when its stamp changed, kept when that fails.
template <class T>
class Cached {
 public:
  template <class Make>
  std::shared_ptr<const T> get(const std::string& stamp, Make make) {
    return slot_.with([&](Slot& slot) {
      if (slot.value && slot.stamp == stamp) return slot.value;
      try {
        slot.value = std::make_shared<const T>(make());
      } catch (const ConfigError& error) {
        if (!slot.value) throw;
        spdlog::warn("kept the former TLS material error=\"{}\"", error.what());
      }
      slot.stamp = stamp;
      return slot.value;
    });
  }

 private:
  struct Slot {
    std::string stamp;
    std::shared_ptr<const T> value;
  };
  Guarded<Slot> slot_;
};

/// What the callbacks of a handshake need. Shared with every context, which may outlive the Tls.
struct Handshake {
  std::string name;  ///< what the server must be called
  bool is_address = false;
  Guarded<std::string> failure;
};

/// Frees what handshake_index() keeps.
void free_handshake(void* /*parent*/, void* data, CRYPTO_EX_DATA* /*all*/, int /*index*/,
                    long /*argl*/, void* /*argp*/) {
  delete static_cast<std::shared_ptr<Handshake>*>(data);
}

int handshake_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_handshake);
  return index;
}

Handshake& handshake_of(const SSL* ssl) {
  return **static_cast<std::shared_ptr<Handshake>*>(
      SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), handshake_index()));
}

std::string failure_text(int error, const Handshake& handshake) {
  if (error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return "the server's certificate is not valid for " + handshake.name;
  }
  return std::string("the server's certificate is not trusted: ") +
         X509_verify_cert_error_string(error);
}

int as_verified(int verified, X509_STORE_CTX* /*context*/) {
  return verified;
}

/// Of libcurl's verification, which is off, this one tells why it fails.
int verify(X509_STORE_CTX* context, void* /*unused*/) {
  X509_STORE_CTX_set_verify_cb(context, as_verified);
  const int verified = X509_verify_cert(context);
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& handshake = handshake_of(ssl);
  const auto text = verified == 1 ? "" : failure_text(X509_STORE_CTX_get_error(context), handshake);
  handshake.failure.with([&](std::string& failure) { failure = text; });
  return verified;
}

/// The HTTP client would send its own idea of the name, addresses too, which RFC 6066 forbids.
void set_server_name(const SSL* ssl, int where, int /*value*/) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  const auto& handshake = handshake_of(ssl);
  if (!handshake.is_address) {
    SSL_set_tlsext_host_name(const_cast<SSL*>(ssl), handshake.name.c_str());
  }
}

bool is_address(const std::string& host) {
  in6_addr parsed{};
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

}  // namespace

struct Tls::Impl {
  Source ca, certificate, key;
  bool verify_server = true;
  std::function<ClientCertificate()> plugin;
  std::shared_ptr<Handshake> handshake = std::make_shared<Handshake>();
  Cached<TrustStore> trust_stores;
  Cached<Identity> identities;

  std::shared_ptr<const TrustStore> trust_store() {
    return trust_stores.get(stamp(ca), [&] { return make_trust_store(ca); });
  }

  static std::string stamp_of(const ClientCertificate& given) {
    return given.certificate_pem + given.key_pem;
  }
  std::string stamp_of_files() const { return stamp(certificate) + " " + stamp(key); }

  /// Null when there is nothing to present.
  std::shared_ptr<const Identity> identity() {
    const auto given = plugin ? plugin() : ClientCertificate{};
    if (!given.certificate_pem.empty()) {
      return identities.get(stamp_of(given), [&] {
        return read_identity({given.certificate_pem, "", "the plugin's clientCertificate"},
                             {given.key_pem, "", "the plugin's clientKey"});
      });
    }
    if (!certificate.is_given()) return nullptr;
    return identities.get(stamp_of_files(), [&] { return read_identity(certificate, key); });
  }

  void trust(SSL_CTX* context) {
    SSL_CTX_set1_cert_store(context, trust_store()->get());
    auto* parameters = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_hostflags(
        parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const auto& name = handshake->name;
    if (handshake->is_address) {
      X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str());
    } else {
      X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size());
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
  }
};

Tls::Tls(const ClusterConfig& config, const std::string& host,
         std::function<ClientCertificate()> plugin)
    : impl_(std::make_unique<Impl>()) {
  impl_->ca = {config.ca_pem, config.ca_file, "certificate-authority"};
  impl_->certificate = {config.client_certificate_pem, config.client_certificate_file,
                        "client-certificate"};
  impl_->key = {config.client_key_pem, config.client_key_file, "client-key"};
  impl_->verify_server = !config.insecure_skip_tls_verify;
  impl_->plugin = std::move(plugin);
  impl_->handshake->name = config.tls_server_name.empty() ? host : config.tls_server_name;
  impl_->handshake->is_address = is_address(impl_->handshake->name);
}

Tls::~Tls() = default;

std::string Tls::presented() const {
  const auto given = impl_->plugin ? impl_->plugin() : ClientCertificate{};
  return given.certificate_pem.empty() ? impl_->stamp_of_files() : Impl::stamp_of(given);
}

void Tls::check() {
  if (impl_->verify_server) impl_->trust_store();
  impl_->identity();
}

void Tls::prepare(ssl_ctx_st* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // most connections are watches that wait
  SSL_CTX_set_ex_data(context, handshake_index(), new std::shared_ptr(impl_->handshake));
  SSL_CTX_set_info_callback(context, set_server_name);
  if (impl_->verify_server) impl_->trust(context);
  const auto identity = impl_->identity();
  if (!identity) return;
  const auto& chain = identity->chain;
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, identity->key.get()) != 1) {
    refuse(impl_->certificate.name() + ": is refused by OpenSSL");
  }
  for (std::size_t i = 1; i < chain.size(); ++i)
    SSL_CTX_add1_chain_cert(context, chain[i].get());
}

std::string Tls::last_failure() const {
  return impl_->handshake->failure.with([](const std::string& failure) { return failure; });
}

}  // namespace kube
