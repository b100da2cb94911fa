#include "kube/serve/health.h"

#include "kube/serve/metrics.h"

#include <CivetServer.h>
#include <stdexcept>
#include <utility>
#include <vector>

namespace kube {
namespace {

struct Page {
  int status;
  const char* type;
  std::function<void(const WriteText&)> body;
};

Page text_page(int status, const char* text) {
  return {status, "text/plain", [text](const WriteText& write) { write(text); }};
}

/// Answers GET and HEAD; everything else is civetweb's to refuse. Bodies are written in chunks as
/// they come (RFC 9112, section 7.1).
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
    // A client of HTTP/1.0 knows no chunks: the end of the connection is the end of its body.
    const std::string_view version = mg_get_request_info(connection)->http_version;
    const bool in_chunks = version != "1.0";
    mg_printf(connection, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n%sConnection: close\r\n\r\n",
              page.status, mg_get_response_code_text(connection, page.status), page.type,
              in_chunks ? "Transfer-Encoding: chunked\r\n" : "");
    if (!with_body) return true;
    bool is_gone = false;
    page.body([&](std::string_view text) {
      if (is_gone || text.empty()) return;  // an empty chunk is the last
      const auto size = static_cast<unsigned>(text.size());
      is_gone = (in_chunks ? mg_send_chunk(connection, text.data(), size)
                           : mg_write(connection, text.data(), size)) <= 0;
    });
    if (in_chunks && !is_gone) mg_send_chunk(connection, "", 0);
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
  Impl(const std::string& address, std::function<bool()> ready,
       std::function<void(const WriteText&)> more_metrics)
      : healthz([] { return text_page(200, "ok\n"); }),
        readyz([ready = std::move(ready)] {
          return ready() ? text_page(200, "ok\n") : text_page(503, "not all caches are filled\n");
        }),
        metrics([more = std::move(more_metrics)] {
          return Page{200, "text/plain; version=0.0.4", [&more](const WriteText& write) {
                        write(metrics_text());
                        if (more) more(write);
                      }};
        }),
        server(listen(address)) {
    server->addHandler("/healthz$", healthz);
    server->addHandler("/readyz$", readyz);
    server->addHandler("/metrics$", metrics);
  }

  Endpoint healthz, readyz, metrics;
  std::unique_ptr<CivetServer> server;  // last: it ends before what it calls
};

HealthServer::HealthServer(const std::string& address, std::function<bool()> ready,
                           std::function<void(const WriteText&)> more_metrics)
    : impl_(std::make_unique<Impl>(address, std::move(ready), std::move(more_metrics))) {}

HealthServer::~HealthServer() = default;

int HealthServer::port() const {
  return impl_->server->getListeningPorts().at(0);
}

}  // namespace kube
