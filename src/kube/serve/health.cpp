#include "kube/serve/health.h"

#include "kube/serve/metrics.h"

#include <CivetServer.h>
#include <stdexcept>
#include <vector>

namespace kube {
namespace {

struct Page {
  int status;
  const char* type;
  std::string text;
};

/// Answers GET and HEAD; everything else is civetweb's to refuse.
class Endpoint final : public CivetHandler {
 public:
  explicit Endpoint(std::function<Page()> page) : page_(std::move(page)) {}

  bool handleGet(CivetServer*, mg_connection* connection) override {
    return answer(connection, true);
  }
  bool handleHead(CivetServer*, mg_connection* connection) override {
    return answer(connection, false);
  }

 private:
  bool answer(mg_connection* connection, bool with_body) const {
    const auto page = page_();
    mg_printf(connection,
              "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
              "Connection: close\r\n\r\n",
              page.status, mg_get_response_code_text(connection, page.status), page.type,
              page.text.size());
    if (with_body) mg_write(connection, page.text.data(), page.text.size());
    return true;
  }

  std::function<Page()> page_;
};

/// Civetweb would write to standard error by itself.
int be_silent(const mg_connection*, const char*) {
  return 1;
}

CivetCallbacks callbacks() {
  CivetCallbacks callbacks;
  callbacks.log_message = be_silent;
  return callbacks;
}

/// What civetweb calls `address`: without a host both families, as far as there are both.
std::vector<std::string> listening_ports(const std::string& address) {
  if (address.front() != ':') return {address};
  const auto port = address.substr(1);
  return {"+" + port, port};
}

/// Few threads, and none that a slow client can keep.
std::unique_ptr<CivetServer> listen(const std::string& address) {
  if (address.find(':') == std::string::npos) {
    throw std::runtime_error("cannot listen on \"" + address + "\": write HOST:PORT or :PORT");
  }
  const auto silent = callbacks();
  for (const auto& port : listening_ports(address)) {
    const std::vector<std::string> options{"listening_ports",    port,   "num_threads",       "3",
                                           "request_timeout_ms", "3000", "enable_keep_alive", "no",
                                           "max_request_size",   "8192", "connection_queue",  "20",
                                           "tcp_nodelay",        "1"};
    try {
      return std::make_unique<CivetServer>(options, &silent);
    } catch (const CivetException&) {
      continue;
    }
  }
  throw std::runtime_error("cannot listen on \"" + address +
                           "\": is the port in use, and the host one of this machine?");
}

}  // namespace

struct HealthServer::Impl {
  Impl(const std::string& address, const std::function<bool()>& ready)
      : healthz([] {
          return Page{200, "text/plain", "ok\n"};
        }),
        readyz([ready] {
          return ready() ? Page{200, "text/plain", "ok\n"}
                         : Page{503, "text/plain", "not all caches are filled\n"};
        }),
        metrics([] {
          return Page{200, "text/plain; version=0.0.4", metrics_text()};
        }),
        server(listen(address)) {
    server->addHandler("/healthz$", healthz);
    server->addHandler("/readyz$", readyz);
    server->addHandler("/metrics$", metrics);
  }

  Endpoint healthz, readyz, metrics;
  std::unique_ptr<CivetServer> server;  // last: it ends before what it calls
};

HealthServer::HealthServer(const std::string& address, const std::function<bool()>& ready)
    : impl_(std::make_unique<Impl>(address, ready)) {}

HealthServer::~HealthServer() = default;

int HealthServer::port() const {
  return impl_->server->getListeningPorts().at(0);
}

}  // namespace kube
