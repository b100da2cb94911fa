#include "sync/program/http.h"

#include "base/ascii.h"
#include "sync/report/failure.h"

#include <cpprest/http_client.h>
#include <pplx/threadpool.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace content {
namespace {

namespace http = web::http;

constexpr auto longest_wait = std::chrono::seconds(30);

/// The first of the variables, in either letter case, that is set.
std::string variable(std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    std::string upper(name);
    for (auto& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    for (const auto& spelled : {std::string(name), upper}) {
      // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes it while there are threads
      const auto* const value = std::getenv(spelled.c_str());
      if (value != nullptr && *value != '\0') return value;
    }
  }
  return {};
}

/// Whether an entry of no_proxy is about a host: "example.com" also means all that end with it.
bool is_about(std::string entry, const std::string& host, int port) {
  entry.erase(std::remove(entry.begin(), entry.end(), ' '), entry.end());
  if (entry == "*") return true;
  if (const auto colon = entry.rfind(':'); colon != std::string::npos) {
    if (entry.substr(colon + 1) != std::to_string(port)) return false;
    entry.resize(colon);
  }
  const auto name = base::lower(entry.substr(entry.starts_with('.') ? 1 : 0));
  return !name.empty() && (host == name || host.ends_with("." + name));
}

/// cpprest's words (asio_context in http_client_asio.cpp).
Failure failure_of(const http::http_exception& error, const std::string& host) {
  const std::string text = error.what();
  const auto is_about = [&](const char* part) { return text.find(part) != std::string::npos; };
  constexpr auto transient = Failure::Kind::Transient;
  if (is_about("resolv"))
    return {"HostUnknown", host + ": the host name cannot be resolved", transient};
  if (is_about("SSL handshake")) {
    return {"TLSVerificationFailed",
            host +
                ": the server's certificate is not trusted; it may be expired, for another name, "
                "or of an authority that is not in sync.caBundle of the operator's configuration"};
  }
  return {"HostUnreachable", host + ": the host cannot be connected to, or does not answer",
          transient};
}

}  // namespace

std::string hosts_without_proxy() {
  return variable({"no_proxy"});
}

std::string proxy_for(const std::string& url) {
  const web::uri parsed(url);
  const bool is_secure = parsed.scheme() == "https";
  const int port = parsed.port() > 0 ? parsed.port() : is_secure ? 443 : 80;
  const auto host = base::lower(parsed.host());
  auto rest = hosts_without_proxy() + ",";
  for (auto comma = rest.find(','); comma != std::string::npos; comma = rest.find(',')) {
    if (is_about(rest.substr(0, comma), host, port)) return {};
    rest.erase(0, comma + 1);
  }
  const auto proxy = variable({is_secure ? "https_proxy" : "http_proxy", "all_proxy"});
  return proxy.empty() || proxy.find("://") != std::string::npos ? proxy : "http://" + proxy;
}

HttpAnswer http_post(const std::string& url, const std::vector<std::string>& headers) {
  [[maybe_unused]] static const bool has_few_threads = [] {
    crossplat::threadpool::initialize_with_threads(1);
    return true;
  }();
  http::client::http_client_config config;
  config.set_timeout(longest_wait);
  config.set_max_redirects(0);
  const web::uri parsed(url);
  if (const auto proxy = proxy_for(url); !proxy.empty())
    config.set_proxy(web::web_proxy(web::uri(proxy)));
  http::http_request request(http::methods::POST);
  request.set_request_uri(parsed.resource());
  for (const auto& header : headers) {
    const auto colon = header.find(": ");
    request.headers().add(header.substr(0, colon), header.substr(colon + 2));
  }
  try {
    http::client::http_client client(parsed.authority(), config);
    const auto response = client.request(request).get();
    return {response.status_code(), response.extract_utf8string(true).get()};
  } catch (const http::http_exception& error) {
    throw failure_of(error, parsed.host());
  }
}

}  // namespace content
