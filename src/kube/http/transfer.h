#pragma once

#include "kube/config/address.h"
#include "kube/http/request.h"
#include "kube/http/response_head.h"
#include "kube/http/tls.h"

// cpprest defines it as nothing, which clang does not take where curl.h asks for it.
#undef dllimport
#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kube {

/// Where requests go, and how.
struct Endpoint {
  Address address{};
  std::string proxy_url{};     ///< empty: none, whatever the environment says
  std::shared_ptr<Tls> tls{};  ///< null without TLS
};

/// What libcurl's result means. `number` is an errno, of a connection that cannot be made; `detail`
/// libcurl's own text; `tls_failure` why the last TLS handshake failed, empty when it did not.
TransferFailure transfer_failure(CURLcode result, int number, const std::string& detail,
                                 const std::string& tls_failure);

/// One request after the other, each with what has come of its response (libcurl's easy handle).
/// Whoever drives the handle says when; for one thread at a time.
class Transfer {
 public:
  explicit Transfer(const Endpoint& endpoint);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return easy_.get(); }

  /// What is sent next, with `headers` ("Name: value"). `request` has to live until the end of it.
  /// An answer of which more than `max_body` bytes wait to be taken is a failure.
  void prepare(const Request& request, const std::vector<std::string>& headers,
               std::size_t max_body);

  /// Called whenever something has come, in the middle of libcurl's work: it may note that.
  void on_arrival(std::function<void()> note) { on_arrival_ = std::move(note); }

  /// The last that was opened; -1 before.
  curl_socket_t socket() const { return socket_; }
  const std::optional<Head>& head() const { return head_; }
  /// Of the body, what has come since the last time.
  std::string take_body();
  bool has_body() const { return !body_.empty(); }
  /// Why there is no whole response; `result` is libcurl's. Empty: there is one.
  std::optional<TransferFailure> failure(CURLcode result) const;

 private:
  template <class Value>
  void set(CURLoption option, Value value);
  void receive_header(std::string_view line);

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_socket(void* self, curl_socket_t socket, curlsocktype purpose);
  static int before_request(void* self, char* peer, char* local, int peer_port, int local_port);
  static CURLcode on_ssl_context(CURL* easy, void* context, void* self);

  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  const std::string base_url_;
  const std::shared_ptr<Tls> tls_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::function<void()> on_arrival_ = [] {};
  std::array<char, CURL_ERROR_SIZE> error_{};
  curl_socket_t socket_ = CURL_SOCKET_BAD;

  // Of the request under way:
  std::optional<Head> head_;
  Head incoming_;  ///< a head that has not come whole
  std::string body_;
  std::size_t max_body_ = 0;
  bool is_sent_ = false;     ///< as far as libcurl is concerned: it would send it again by itself
  std::string own_failure_;  ///< that ended it from here
  TransferFailure::Cause own_cause_ = TransferFailure::Cause::Broken;
};

}  // namespace kube
