#include "kube/http/transport.h"

#include "kube/config/address.h"
#include "kube/config/credentials.h"
#include "kube/guarded.h"
#include "kube/http/connection.h"
#include "kube/http/curl_streams.h"
#include "kube/http/read_response.h"
#include "kube/http/tls.h"
#include "kube/serve/metrics.h"

#include <spdlog/spdlog.h>

#include <memory>
#include <set>
#include <utility>

namespace kube {
namespace {

constexpr std::size_t max_body = 64U << 20U;
constexpr std::size_t max_known_warnings = 1000;

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(const ClusterConfig& config);

  Response send(const Request& request, const std::stop_token& stop,
                std::chrono::milliseconds total) override;
  Response stream(const Request& request, const std::function<void(std::string_view)>& on_line,
                  const std::stop_token& stop, std::chrono::milliseconds idle) override;
  std::unique_ptr<Streams> make_streams() override;

 private:
  using OnLine = std::function<void(std::string_view)>;
  using Headers = std::vector<std::string>;

  std::shared_ptr<ConnectionPool> pool();
  std::string presented() const { return endpoint_.tls ? endpoint_.tls->presented() : ""; }
  Headers headers(const RequestCredentials& credentials) const;
  template <class Attempt>
  Response with_credentials(const Request& request, Attempt attempt);
  template <class Attempt>
  static Response with_retry(const Request& request, Attempt attempt);
  void note(const Request& request, int status, const std::vector<std::string>& warnings);

  /// A connection proves who we are for as long as it lasts.
  struct Connected {
    std::string presented;  ///< by its connections
    std::shared_ptr<ConnectionPool> pool;
  };
  const Address address_;
  const std::shared_ptr<Credentials> credentials_;
  const Endpoint endpoint_;
  Headers headers_;
  Guarded<Connected> connected_;
  Guarded<std::set<std::string>> known_warnings_;
};

Endpoint endpoint(const ClusterConfig& config, const Address& address,
                  const std::shared_ptr<Credentials>& credentials) {
  Endpoint result{.address = address, .proxy_url = config.proxy_url, .tls = nullptr};
  if (address.tls) {
    result.tls = std::make_shared<Tls>(
        config, address.host, [credentials] { return credentials->current()->certificate; });
  }
  return result;
}

CurlTransport::CurlTransport(const ClusterConfig& config)
    : address_(parse_address(config.server, "server")),
      credentials_(std::make_shared<Credentials>(config)),
      endpoint_(endpoint(config, address_, credentials_)),
      headers_{"User-Agent: gradient-operator/" PROJECT_VERSION, "Accept: application/json, */*"} {
  if (!config.impersonate_user.empty())
    headers_.push_back("Impersonate-User: " + config.impersonate_user);
  for (const auto& group : config.impersonate_groups)
    headers_.push_back("Impersonate-Group: " + group);
}

/// Another certificate, other connections.
std::shared_ptr<ConnectionPool> CurlTransport::pool() {
  auto presented = this->presented();
  return connected_.with([&](Connected& connected) {
    if (!connected.pool || connected.presented != presented) {
      connected.presented = std::move(presented);
      connected.pool = std::make_shared<ConnectionPool>(endpoint_);
    }
    return connected.pool;
  });
}

CurlTransport::Headers CurlTransport::headers(const RequestCredentials& credentials) const {
  auto headers = headers_;
  if (!credentials.authorization.empty())
    headers.push_back("Authorization: " + credentials.authorization);
  return headers;
}

void CurlTransport::note(const Request& request, int status,
                         const std::vector<std::string>& warnings) {
  count_request(std::string(to_string(request.method)), status, address_.authority());
  for (const auto& warning : warnings) {
    const bool is_new = known_warnings_.with([&](std::set<std::string>& known) {
      return known.size() < max_known_warnings && known.insert(warning).second;
    });
    if (is_new) spdlog::warn("the API server warns text=\"{}\"", warning);
  }
}

/// Sends with the credentials at hand, and once more with newer ones when the server refuses those.
template <class Attempt>
Response CurlTransport::with_credentials(const Request& request, Attempt attempt) {
  try {
    const auto current = credentials_->current();
    auto response = with_retry(request, [&] { return attempt(*current); });
    if (response.status != 401 || !credentials_->refresh(current->version)) return response;
    const auto newer = credentials_->current();
    return with_retry(request, [&] { return attempt(*newer); });
  } catch (const ConfigError& error) {
    throw TransportError(address_.text() + ": " + error.what());
  }
}

/// Sends a GET once more when its connection broke: it is safe to repeat (RFC 9110, 9.2.2). A write
/// may have been done although its answer is lost; the next reconcile looks.
template <class Attempt>
Response CurlTransport::with_retry(const Request& request, Attempt attempt) {
  try {
    return attempt();
  } catch (const AttemptFailed& failed) {
    const bool is_broken = failed.cause == TransferFailure::Cause::Broken;
    if (!is_broken || request.method != Method::Get) throw;
  }
  return attempt();
}

Response CurlTransport::send(const Request& request, const std::stop_token& stop,
                             std::chrono::milliseconds total) {
  const auto deadline = std::chrono::steady_clock::now() + total;
  return with_credentials(request, [&](const RequestCredentials& credentials) {
    const auto pool = this->pool();
    const auto sent = headers(credentials);
    auto connection = pool->take();
    connection->begin(request, sent, max_body);
    try {
      auto response = read_whole(*connection, address_.text(), stop, deadline);
      note(request, response.status, response.warnings);
      return response;
    } catch (const TransportError&) {
      if (connection->is_unacknowledged()) pool->clear();
      throw;
    }
  });
}

Response CurlTransport::stream(const Request& request, const OnLine& on_line,
                               const std::stop_token& stop, std::chrono::milliseconds idle) {
  const std::function<void(const Head&)> on_head = [&](const Head& head) {
    note(request, head.status, head.warnings);
  };
  return with_credentials(request, [&](const RequestCredentials& credentials) {
    const auto pool = this->pool();
    const auto sent = headers(credentials);
    auto connection = pool->take();
    connection->begin(request, sent, max_body);
    return read_lines(*connection, address_.text(), {on_head, on_line}, stop, idle);
  });
}

/// What credentials a stream is refused with are renewed by the next other request: whoever opened
/// the stream lists before it opens another.
std::unique_ptr<Streams> CurlTransport::make_streams() {
  return std::make_unique<CurlStreams>(CurlStreams::Options{
      .endpoint = endpoint_,
      .identity =
          [this] {
            try {
              const auto current = credentials_->current();
              if (endpoint_.tls) endpoint_.tls->check();
              return CurlStreams::Identity{headers(*current), presented()};
            } catch (const ConfigError& error) {
              throw TransportError(address_.text() + ": " + error.what());
            }
          },
      .on_head = [this](const Request& request,
                        const Head& head) { note(request, head.status, head.warnings); }});
}

}  // namespace

std::unique_ptr<Transport> make_transport(const ClusterConfig& config) {
  return std::make_unique<CurlTransport>(config);
}

}  // namespace kube
