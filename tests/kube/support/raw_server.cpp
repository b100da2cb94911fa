#include "kube/support/raw_server.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <cstring>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Context = std::shared_ptr<SSL_CTX>;

std::shared_ptr<BIO> reader(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

std::shared_ptr<X509> certificate_of(const std::string& pem) {
  return {PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr), X509_free};
}

Context make_context(const RawServerOptions& options) {
  if (!options.certificate) return nullptr;
  Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const std::shared_ptr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(reader(options.certificate->key).get(), nullptr, nullptr, nullptr),
      EVP_PKEY_free);
  SSL_CTX_use_certificate(context.get(), certificate_of(options.certificate->certificate).get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  if (options.client_authority) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()),
                        certificate_of(options.client_authority->certificate).get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  return context;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

class PlainPeer : public Peer {
 public:
  explicit PlainPeer(int socket) : socket_(socket) {
    const int on = 1;  // what a test sends by itself must travel by itself
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  std::optional<Received> receive() override {
    auto end = buffer_.find("\r\n\r\n");
    while (end == std::string::npos) {
      if (!fill()) return std::nullopt;
      end = buffer_.find("\r\n\r\n");
    }
    Received received;
    const auto line_end = buffer_.find("\r\n");
    received.line = buffer_.substr(0, line_end);
    received.headers = buffer_.substr(line_end, end + 2 - line_end);
    buffer_.erase(0, end + 4);
    const auto length = received.header("Content-Length");
    const std::size_t wanted = length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < wanted) {
      if (!fill()) return std::nullopt;
    }
    received.body = buffer_.substr(0, wanted);
    buffer_.erase(0, wanted);
    return received;
  }
  void send(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto sent = write(bytes);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  bool wait_for_close(std::chrono::milliseconds limit) override {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (true) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd waiting{socket_, POLLIN, 0};
      if (poll(&waiting, 1, static_cast<int>(std::max<long>(left.count(), 0))) == 0) return false;
      if (!fill()) return true;
    }
  }
  void finish() override { shutdown(socket_, SHUT_RDWR); }
  void reset() override {
    const linger hard{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  std::string server_name() const override { return ""; }
  std::string client_name() const override { return ""; }

 protected:
  virtual long read(char* to, std::size_t size) { return recv(socket_, to, size, 0); }
  virtual long write(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

 private:
  bool fill() {
    std::array<char, 16384> bytes{};
    const auto got = read(bytes.data(), bytes.size());
    if (got <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  std::string buffer_;
};

class SecurePeer final : public PlainPeer {
 public:
  SecurePeer(int socket, SSL_CTX* context) : PlainPeer(socket), ssl_(SSL_new(context), SSL_free) {
    SSL_set_fd(ssl_.get(), socket);
  }
  bool handshake() {
    const bool done = SSL_accept(ssl_.get()) == 1;
    ERR_clear_error();
    return done;
  }
  void finish() override {
    SSL_shutdown(ssl_.get());  // only says so
    PlainPeer::finish();
  }
  std::string server_name() const override {
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
  }
  std::string client_name() const override {
    const std::shared_ptr<X509> certificate(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    if (!certificate) return "";
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                              name.size());
    return name.data();
  }

 protected:
  long read(char* to, std::size_t size) override {
    return SSL_read(ssl_.get(), to, static_cast<int>(size));
  }
  long write(std::string_view bytes) override {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }

 private:
  std::shared_ptr<SSL> ssl_;
};

int listen_on(const std::string& address, int& port) {
  const bool is_v6 = address.find(':') != std::string::npos;
  sockaddr_storage storage{};
  socklen_t size = is_v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  auto* any = reinterpret_cast<sockaddr*>(&storage);
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  storage.ss_family = is_v6 ? AF_INET6 : AF_INET;
  inet_pton(storage.ss_family, address.c_str(),
            is_v6 ? static_cast<void*>(&v6->sin6_addr) : static_cast<void*>(&v4->sin_addr));
  const int listener = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, any, size) != 0 || listen(listener, 64) != 0) {
    throw std::runtime_error("cannot listen on " + address);
  }
  getsockname(listener, any, &size);
  port = ntohs(is_v6 ? v6->sin6_port : v4->sin_port);
  return listener;
}

}  // namespace

std::string Received::header(const std::string& name) const {
  const auto key = "\r\n" + lower(name) + ":";
  const auto found = lower(headers).find(key);
  if (found == std::string::npos) return "";
  const auto begin = headers.find_first_not_of(' ', found + key.size());
  return headers.substr(begin, headers.find("\r\n", begin) - begin);
}

RawServer::RawServer(Serve serve, RawServerOptions options)
    : serve_(std::move(serve)),
      options_(std::move(options)),
      listener_(listen_on(options_.address, port_)),
      acceptor_([this] { accept_all(); }) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
}

RawServer::~RawServer() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_)
      shutdown(socket, SHUT_RDWR);
  }
  for (auto& thread : threads_)
    thread.join();
  close(listener_);
}

std::string RawServer::url() const {
  const bool is_v6 = options_.address.find(':') != std::string::npos;
  return (options_.certificate ? "https://" : "http://") +
         (is_v6 ? "[" + options_.address + "]" : options_.address) + ":" + std::to_string(port_);
}

void RawServer::present(const Issued& certificate) {
  const std::lock_guard lock(mutex_);
  options_.certificate = certificate;
}

void RawServer::accept_all() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int number = connections_++;
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket, number] { serve_one(socket, number); });
  }
}

void RawServer::serve_one(int socket, int number) {
  const auto context = [&] {
    const std::lock_guard lock(mutex_);
    return make_context(options_);
  }();
  if (context) {
    SecurePeer peer(socket, context.get());
    if (peer.handshake()) serve_(peer, number);
  } else {
    PlainPeer peer(socket);
    serve_(peer, number);
  }
  const std::lock_guard lock(mutex_);
  std::erase(sockets_, socket);
  close(socket);
}

std::string http_response(const std::string& status, const std::string& body,
                          const std::string& headers) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + headers + "\r\n" + body;
}

std::string chunked_head(const std::string& status) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
}

std::string chunk(const std::string& bytes) {
  std::array<char, 32> size{};
  std::snprintf(size.data(), size.size(), "%zx", bytes.size());
  return std::string(size.data()) + "\r\n" + bytes + "\r\n";
}
