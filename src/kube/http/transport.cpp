#include "kube/http/transport.h"

#include "kube/config/address.h"
#include "kube/config/credentials.h"
#include "kube/guarded.h"
#include "kube/http/http_streams.h"
#include "kube/http/read_response.h"
#include "kube/http/response_head.h"
#include "kube/http/sockets.h"
#include "kube/http/tls.h"
#include "kube/serve/metrics.h"

#include <cpprest/http_client.h>
#include <pplx/threadpool.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

namespace kube {
namespace {

namespace asio = boost::asio;
namespace http = web::http;
using asio::ip::tcp;
using http::client::http_client;
using http::client::http_client_config;

constexpr std::size_t max_body = 64U << 20U;
constexpr std::size_t stream_window = 1U << 20U;  ///< what may wait for a slow consumer
constexpr int max_stale_connections = 64;
constexpr std::size_t max_known_warnings = 1000;

/// One thread moves the bytes: cpprest closes a socket (timeout, cancellation) without regard to
/// what another of its threads does with it, so there is no other. Nothing ever blocks on it.
constexpr std::size_t io_threads = 1;

void start_io() {
  static const bool started = [] {
    try {
      crossplat::threadpool::initialize_with_threads(io_threads);
    } catch (const std::exception& error) {
      spdlog::warn("the HTTP client's threads were started by somebody else error=\"{}\"",
                   error.what());
    }
    return true;
  }();
  static_cast<void>(started);
}

/// A pooled connection was closed by the server. Thrown before anything is written to it.
struct StaleConnection : std::exception {};

/// Called before every request, with a socket that is new (not open yet) or comes from the pool.
void prepare_socket(tcp::socket& socket, const std::optional<asio::ip::address>& literal) {
  if (socket.is_open()) {
    if (is_stale(socket.native_handle())) throw StaleConnection();
    return;
  }
  if (!literal) return;  // the family is not known before the name is resolved
  boost::system::error_code error;
  socket.open(literal->is_v4() ? tcp::v4() : tcp::v6(), error);
  if (!error) keep_alive(socket.native_handle());
}

http_client_config client_config(const Address& address, const ClusterConfig& config,
                                 const std::shared_ptr<Tls>& tls) {
  http_client_config result;
  result.set_timeout(std::chrono::hours(1));  // ours are the idle timer and the total deadline
  result.set_max_redirects(0);
  if (address.tls) {
    result.set_validate_certificates(!config.insecure_skip_tls_verify);
    result.set_tlsext_sni_enabled(false);  // Tls sets it
    result.set_ssl_context_callback(
        [tls](asio::ssl::context& context) { tls->prepare(context.native_handle()); });
  }
  if (!config.proxy_url.empty()) {
    result.set_proxy(web::web_proxy(web::uri(config.proxy_url)));
    return result;  // the handle's type is not to be told through a tunnel
  }
  boost::system::error_code no_literal;
  const auto parsed = asio::ip::make_address(address.host, no_literal);
  const auto literal = no_literal ? std::nullopt : std::optional(parsed);
  result.set_nativehandle_options([literal, secure = address.tls](void* handle) {
    if (secure) {
      prepare_socket(static_cast<asio::ssl::stream<tcp::socket&>*>(handle)->next_layer(), literal);
    } else {
      prepare_socket(*static_cast<tcp::socket*>(handle), literal);
    }
  });
  return result;
}

/// cpprest resolves the host as it stands in the URL, so an IPv6 address must not have brackets.
web::uri base_uri(const Address& address) {
  return web::uri((address.tls ? "https://" : "http://") + address.host + ":" +
                  std::to_string(address.port));
}

/// The pools of connections. Replaced when the client certificate changes.
struct Pools {
  Pools(const Address& address, const ClusterConfig& config, const std::shared_ptr<Tls>& tls)
      : unary(base_uri(address), client_config(address, config, tls)),
        watch(base_uri(address), [&] {
          auto result = client_config(address, config, tls);
          result.set_chunksize(1);  // a body without length or chunks comes as soon as it is there
          return result;
        }()) {}
  http_client unary, watch;
};

TransferFailure failure_of(const std::exception_ptr& exception, const Tls* tls) {
  using Cause = TransferFailure::Cause;
  try {
    std::rethrow_exception(exception);
  } catch (const StaleConnection&) {
    return {Cause::NotSent, "the server closed the connection"};
  } catch (const ConfigError& error) {
    return {Cause::Unreachable, error.what()};
  } catch (const http::http_exception& error) {
    return transfer_failure(error.what(), error.error_code().value(),
                            tls == nullptr ? "" : tls->last_failure());
  } catch (const std::exception& error) {
    return {Cause::Broken, error.what()};
  }
}

Head head_of(const http::http_response& response) {
  Head head{.status = response.status_code()};
  const auto& headers = response.headers();
  if (const auto found = headers.find("Retry-After"); found != headers.end()) {
    head.retry_after_seconds = retry_after_seconds(found->second);
  }
  if (const auto found = headers.find("Warning"); found != headers.end()) {
    head.warnings = warning_texts(found->second);
  }
  return head;
}

/// Requests that the I/O thread has not done with, those that were given up included.
class Underway {
 public:
  void begin() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  void wait_for_none(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    none_.wait_for(lock, limit, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  int count_ = 0;
};

/// A request on its way. Leaving the scope gives it up, wherever it is.
class InFlight {
 public:
  InFlight(http_client& client, http::http_request request, std::shared_ptr<ResponseStream> stream,
           std::shared_ptr<Tls> tls, std::shared_ptr<Underway> underway)
      : stream_(std::move(stream)) {
    underway->begin();
    const auto end = [stream = stream_, tls = std::move(tls),
                      underway = std::move(underway)](const std::exception_ptr& error) {
      stream->on_end(error ? std::optional(failure_of(error, tls.get())) : std::nullopt);
      underway->end();
    };
    request.set_response_stream(
        concurrency::streams::ostream(BufferHandle(std::make_shared<BodySink>(stream_))));
    // Every task ends here, observed: one that nobody looks at would end the process.
    client.request(request, cancellation_.get_token())
        .then([stream = stream_, end](const pplx::task<http::http_response>& task) {
          try {
            const auto response = task.get();
            stream->on_head(head_of(response));
            response.content_ready().then([end](const pplx::task<http::http_response>& body) {
              try {
                body.get();
                end(nullptr);
              } catch (...) {
                end(std::current_exception());
              }
            });
          } catch (...) {
            end(std::current_exception());
          }
        });
  }
  ~InFlight() {
    if (stream_->abandon()) return;
    // On the I/O thread, which is then not at work on this connection's socket.
    crossplat::threadpool::shared_instance().service().post(
        [source = cancellation_] { source.cancel(); });
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  ResponseStream& stream() { return *stream_; }

 private:
  pplx::cancellation_token_source cancellation_;
  std::shared_ptr<ResponseStream> stream_;
};

class CpprestTransport final : public Transport {
 public:
  explicit CpprestTransport(const ClusterConfig& config);
  ~CpprestTransport() override { underway_->wait_for_none(std::chrono::seconds(1)); }
  CpprestTransport(const CpprestTransport&) = delete;
  CpprestTransport& operator=(const CpprestTransport&) = delete;

  Response send(const Request& request, const std::stop_token& stop,
                std::chrono::milliseconds total) override;
  Response stream(const Request& request, const std::function<void(std::string_view)>& on_line,
                  const std::stop_token& stop, std::chrono::milliseconds idle) override;

 private:
  using OnLine = std::function<void(std::string_view)>;

  std::shared_ptr<Pools> pools(const RequestCredentials& credentials);
  http::http_request http_request(const Request& request,
                                  const RequestCredentials& credentials) const;
  template <class Attempt>
  Response with_credentials(const Request& request, Attempt attempt);
  template <class Attempt>
  Response with_retries(const Request& request, Attempt attempt);
  void note(const Request& request, int status, const std::vector<std::string>& warnings);

  struct Connected {
    ClientCertificate certificate;
    std::shared_ptr<Pools> pools;
  };
  const ClusterConfig config_;
  const Address address_;
  std::shared_ptr<Credentials> credentials_;
  std::shared_ptr<Tls> tls_;
  std::shared_ptr<Underway> underway_ = std::make_shared<Underway>();
  http::http_headers headers_;
  Guarded<Connected> connected_;
  Guarded<std::set<std::string>> known_warnings_;
};

/// cpprest joins the values of one name with commas, which would make one group of them all.
std::string header_per_group(const std::vector<std::string>& groups) {
  std::string joined;
  for (const auto& group : groups)
    joined += (joined.empty() ? "" : "\r\nImpersonate-Group: ") + group;
  return joined;
}

CpprestTransport::CpprestTransport(const ClusterConfig& config)
    : config_(config),
      address_(parse_address(config.server, "server")),
      credentials_(std::make_shared<Credentials>(config)),
      tls_(std::make_shared<Tls>(config, address_.host, [credentials = credentials_] {
        return credentials->current()->certificate;
      })) {
  start_io();
  if (address_.is_ipv6()) headers_["Host"] = address_.authority();
  headers_["User-Agent"] = "gradient-operator/" PROJECT_VERSION;
  headers_["Accept"] = "application/json, */*";
  if (!config.impersonate_user.empty()) headers_["Impersonate-User"] = config.impersonate_user;
  if (!config.impersonate_groups.empty()) {
    headers_["Impersonate-Group"] = header_per_group(config.impersonate_groups);
  }
}

/// A connection proves who we are for as long as it lasts: another certificate, other connections.
std::shared_ptr<Pools> CpprestTransport::pools(const RequestCredentials& credentials) {
  return connected_.with([&](Connected& connected) {
    if (!connected.pools || connected.certificate != credentials.certificate) {
      connected.certificate = credentials.certificate;
      connected.pools = std::make_shared<Pools>(address_, config_, tls_);
    }
    return connected.pools;
  });
}

http::http_request CpprestTransport::http_request(const Request& request,
                                                  const RequestCredentials& credentials) const {
  http::http_request result{http::method(to_string(request.method))};
  result.set_request_uri(web::uri(address_.prefix + target(request)));
  result.headers() = headers_;
  if (!credentials.authorization.empty())
    result.headers()["Authorization"] = credentials.authorization;
  if (!request.body.empty()) {
    result.set_body(
        concurrency::streams::istream(BufferHandle(std::make_shared<BodySource>(request.body))),
        request.body.size(), request.content_type);
  }
  return result;
}

void CpprestTransport::note(const Request& request, int status,
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
Response CpprestTransport::with_credentials(const Request& request, Attempt attempt) {
  try {
    const auto current = credentials_->current();
    auto response = with_retries(request, [&] { return attempt(*current); });
    if (response.status != 401 || !credentials_->refresh(current->version)) return response;
    const auto newer = credentials_->current();
    return with_retries(request, [&] { return attempt(*newer); });
  } catch (const ConfigError& error) {
    throw TransportError(address_.text() + ": " + error.what());
  }
}

/// Again whatever was not sent, and once a GET whose connection broke: it is safe to repeat (RFC
/// 9110, 9.2.2). A write may have been done although its answer is lost; the next reconcile looks.
template <class Attempt>
Response CpprestTransport::with_retries(const Request& request, Attempt attempt) {
  bool once_more = request.method == Method::Get;
  for (int stale = 0;;) {
    try {
      return attempt();
    } catch (const AttemptFailed& failed) {
      if (failed.cause == TransferFailure::Cause::NotSent && ++stale < max_stale_connections)
        continue;
      if (failed.cause != TransferFailure::Cause::Broken || !std::exchange(once_more, false)) throw;
    }
  }
}

Response CpprestTransport::send(const Request& request, const std::stop_token& stop,
                                std::chrono::milliseconds total) {
  const auto deadline = std::chrono::steady_clock::now() + total;
  return with_credentials(request, [&](const RequestCredentials& credentials) {
    const auto pools = this->pools(credentials);
    InFlight flight(pools->unary, http_request(request, credentials),
                    std::make_shared<ResponseStream>(max_body, ResponseStream::Overflow::Refuse),
                    tls_, underway_);
    auto response = read_whole(flight.stream(), address_.text(), stop, deadline);
    note(request, response.status, response.warnings);
    return response;
  });
}

Response CpprestTransport::stream(const Request& request, const OnLine& on_line,
                                  const std::stop_token& stop, std::chrono::milliseconds idle) {
  const std::function<void(const Head&)> on_head = [&](const Head& head) {
    note(request, head.status, head.warnings);
  };
  return with_credentials(request, [&](const RequestCredentials& credentials) {
    const auto pools = this->pools(credentials);
    InFlight flight(
        pools->watch, http_request(request, credentials),
        std::make_shared<ResponseStream>(stream_window, ResponseStream::Overflow::HoldBack), tls_,
        underway_);
    return read_lines(flight.stream(), address_.text(), {on_head, on_line}, stop, idle);
  });
}

}  // namespace

std::unique_ptr<Transport> make_transport(const ClusterConfig& config) {
  return std::make_unique<CpprestTransport>(config);
}

}  // namespace kube
