#include "kube/http/transfer.h"

#include <catch2/catch.hpp>

namespace kube {

TEST_CASE("what went wrong with a connection is said in plain words") {
  using Cause = TransferFailure::Cause;
  struct Case {
    CURLcode result;
    int number;
    std::string tls_failure;
    Cause cause;
    std::string expected;
  };
  const auto sample = GENERATE(values<Case>({
      {CURLE_COULDNT_CONNECT, ECONNREFUSED, "", Cause::Unreachable,
       "cannot connect: Connection refused"},
      {CURLE_COULDNT_CONNECT, 0, "", Cause::Unreachable, "cannot connect: libcurl's words"},
      {CURLE_COULDNT_RESOLVE_HOST, 0, "", Cause::Unreachable, "the host name cannot be resolved"},
      {CURLE_SSL_CONNECT_ERROR, 0, "", Cause::Unreachable, "the TLS handshake failed"},
      {CURLE_PEER_FAILED_VERIFICATION, 0, "not trusted", Cause::Unreachable,
       "the TLS handshake failed: not trusted"},
      {CURLE_RECV_ERROR, ECONNRESET, "not trusted", Cause::Broken,
       "the connection broke (libcurl's words)"},
  }));
  const auto failure =
      transfer_failure(sample.result, sample.number, "libcurl's words", sample.tls_failure);
  CHECK(failure.cause == sample.cause);
  CHECK(failure.text == sample.expected);
}

}  // namespace kube
