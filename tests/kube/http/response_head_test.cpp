#include "kube/http/response_head.h"

#include <catch2/catch.hpp>

namespace kube {

TEST_CASE("Retry-After is a number of seconds, within reason") {
  CHECK(retry_after_seconds("7") == 7);
  CHECK(retry_after_seconds("0") == 0);
  CHECK(retry_after_seconds("-1") == 0);
  CHECK(retry_after_seconds("86400") == 3600);
  CHECK(retry_after_seconds("99999999999999") == 0);
  CHECK(retry_after_seconds("Wed, 21 Oct 2026 07:28:00 GMT") == 0);
  CHECK(retry_after_seconds("") == 0);
}

TEST_CASE("warnings are the quoted texts") {
  using Texts = std::vector<std::string>;
  CHECK(warning_texts("299 - \"one\"") == Texts{"one"});
  CHECK(warning_texts("299 - \"one, and\", 299 - \"t\\\"w\\\\o\"") == Texts{"one, and", "t\"w\\o"});
  CHECK(warning_texts("299 - \"never ends") == Texts{});
  CHECK(warning_texts("").empty());
}

TEST_CASE("what went wrong with a connection is said in plain words") {
  using Cause = TransferFailure::Cause;
  struct Case {
    std::string text;
    int number;
    std::string tls_failure;
    Cause cause;
    std::string expected;
  };
  const auto sample = GENERATE(values<Case>({
      {"Failed to connect to any resolved endpoint", EHOSTUNREACH, "", Cause::Unreachable,
       "cannot connect: refused or unreachable"},
      {"Failed to connect to any resolved endpoint", ETIMEDOUT, "", Cause::Unreachable,
       "cannot connect: Connection timed out"},
      {"Error resolving address", 1, "", Cause::Unreachable, "the host name cannot be resolved"},
      {"Error in SSL handshake", 1, "", Cause::Unreachable, "the TLS handshake failed"},
      {"Error in SSL handshake", 1, "not trusted", Cause::Unreachable,
       "the TLS handshake failed: not trusted"},
      {"Expected a 200 response from proxy, received: 407", 0, "", Cause::Unreachable,
       "Expected a 200 response from proxy, received: 407"},
      {"Failed to read response body", ECONNRESET, "not trusted", Cause::Broken,
       "the connection broke (Failed to read response body)"},
  }));
  const auto failure = transfer_failure(sample.text, sample.number, sample.tls_failure);
  CHECK(failure.cause == sample.cause);
  CHECK(failure.text == sample.expected);
}

}  // namespace kube
