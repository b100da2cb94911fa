#include "kube/http/transfer.h"

#include "kube/http/sockets.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace kube {
namespace {

using Cause = TransferFailure::Cause;

bool is_header(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         std::equal(name.begin(), name.end(), line.begin(), [](char wanted, char given) {
           return wanted == std::tolower(static_cast<unsigned char>(given));
         });
}

/// Of a header's line, behind the colon and blanks.
std::string_view value_of(std::string_view line) {
  line.remove_prefix(line.find(':') + 1);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

void start_libcurl() {
  static const auto result = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, and thread-safe
  if (result != CURLE_OK) throw std::runtime_error("libcurl cannot start");
}

}  // namespace

TransferFailure transfer_failure(CURLcode result, int number, const std::string& detail,
                                 const std::string& tls_failure) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Cause::Unreachable, "the host name cannot be resolved"};
    case CURLE_COULDNT_CONNECT:
      return {
          Cause::Unreachable,
          "cannot connect: " + (number == 0 ? detail : std::generic_category().message(number))};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Cause::Unreachable,
              "the TLS handshake failed" + (tls_failure.empty() ? "" : ": " + tls_failure)};
    default:
      return {Cause::Broken, "the connection broke (" + detail + ")"};
  }
}

template <class Value>
void Transfer::set(CURLoption option, Value value) {
  const auto result = curl_easy_setopt(handle(), option, value);
  if (result != CURLE_OK) {
    throw std::runtime_error("libcurl refuses option " + std::to_string(option) + ": " +
                             curl_easy_strerror(result));
  }
}

Transfer::Transfer(const Endpoint& endpoint)
    : base_url_(endpoint.address.text()), tls_(endpoint.tls) {
  start_libcurl();
  easy_.reset(curl_easy_init());
  if (!easy_) throw std::bad_alloc();
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, endpoint.proxy_url.c_str());
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_SOCKOPTFUNCTION, &on_socket);
  set(CURLOPT_SOCKOPTDATA, this);
  set(CURLOPT_PREREQFUNCTION, &before_request);
  set(CURLOPT_PREREQDATA, this);
  if (!tls_) return;
  set(CURLOPT_SSL_VERIFYPEER, 0L);  // Tls does, and knows whom to trust
  set(CURLOPT_SSL_VERIFYHOST, 0L);
  set(CURLOPT_CAINFO, nullptr);
  set(CURLOPT_CAPATH, nullptr);
  set(CURLOPT_SSL_SESSIONID_CACHE, 0L);  // each handshake checks the certificate
  set(CURLOPT_SSL_CTX_FUNCTION, &on_ssl_context);
  set(CURLOPT_SSL_CTX_DATA, this);
}

void Transfer::prepare(const Request& request, const std::vector<std::string>& headers,
                       std::size_t max_body) {
  head_.reset();
  incoming_ = {};
  body_.clear();
  max_body_ = max_body;
  is_sent_ = false;
  own_failure_.clear();
  error_.front() = '\0';

  headers_.reset();
  const auto add = [this](const std::string& header) {
    auto* const longer = curl_slist_append(headers_.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers_.release());  // it is the beginning of the longer one
    headers_.reset(longer);
  };
  for (const auto& header : headers)
    add(header);
  const bool has_body = !request.body.empty();
  if (has_body) {
    add("Content-Type: " + request.content_type);
    add("Expect:");  // libcurl would ask for a "100 Continue" first
  }
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_URL, (base_url_ + target(request)).c_str());
  set(CURLOPT_HTTPGET, 1L);
  if (has_body) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  }
  const bool is_get = request.method == Method::Get && !has_body;
  set(CURLOPT_CUSTOMREQUEST, is_get ? nullptr : std::string(to_string(request.method)).c_str());
}

std::string Transfer::take_body() {
  return std::exchange(body_, {});
}

std::optional<TransferFailure> Transfer::failure(CURLcode result) const {
  if (result == CURLE_OK && head_) return std::nullopt;
  if (!own_failure_.empty()) return TransferFailure{own_cause_, own_failure_};
  if (result == CURLE_OK)
    return TransferFailure{Cause::Broken, "the connection broke (in the head of the answer)"};
  long number = 0;
  curl_easy_getinfo(handle(), CURLINFO_OS_ERRNO, &number);
  const std::string detail = error_.front() == '\0' ? curl_easy_strerror(result) : error_.data();
  return transfer_failure(result, static_cast<int>(number), detail,
                          tls_ ? tls_->last_failure() : "");
}

void Transfer::receive_header(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    incoming_ = {};
    const auto blank = std::min(line.find(' '), line.size());
    incoming_.status = std::atoi(std::string(line.substr(blank)).c_str());
  } else if (is_header(line, "retry-after")) {
    incoming_.retry_after_seconds = retry_after_seconds(value_of(line));
  } else if (is_header(line, "warning")) {
    for (auto& text : warning_texts(value_of(line)))
      incoming_.warnings.push_back(std::move(text));
  } else if (line.empty() && incoming_.status >= 200) {
    head_ = std::exchange(incoming_, {});
  }
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.head_) transfer.receive_header({data, size * count});  // no trailers
  if (transfer.head_) transfer.on_arrival_();
  return size * count;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.body_.size() + size * count > transfer.max_body_) {
    transfer.own_cause_ = Cause::Unusable;
    transfer.own_failure_ =
        "the answer is longer than " + std::to_string(transfer.max_body_) + " bytes";
    return 0;
  }
  transfer.body_.append(data, size * count);
  transfer.on_arrival_();
  return size * count;
}

int Transfer::on_socket(void* self, curl_socket_t socket, curlsocktype /*purpose*/) {
  keep_alive(socket);
  static_cast<Transfer*>(self)->socket_ = socket;
  return CURL_SOCKOPT_OK;
}

/// libcurl would send a request again when a kept connection breaks before the answer, also one
/// that the server may have acted on (Curl_retry_request in its transfer.c).
int Transfer::before_request(void* self, char* /*peer*/, char* /*local*/, int /*peer_port*/,
                             int /*local_port*/) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!std::exchange(transfer.is_sent_, true)) return CURL_PREREQFUNC_OK;
  transfer.own_cause_ = Cause::Broken;
  transfer.own_failure_ = "the connection broke (before the answer)";
  return CURL_PREREQFUNC_ABORT;
}

CURLcode Transfer::on_ssl_context(CURL* /*easy*/, void* context, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    transfer.tls_->prepare(static_cast<ssl_ctx_st*>(context));
    return CURLE_OK;
  } catch (const std::exception& error) {
    transfer.own_cause_ = Cause::Unreachable;
    transfer.own_failure_ = error.what();
    return CURLE_SSL_CERTPROBLEM;
  }
}

}  // namespace kube
