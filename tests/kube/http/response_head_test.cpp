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

}  // namespace kube
